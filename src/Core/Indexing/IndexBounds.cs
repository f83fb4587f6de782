namespace Nacre.Core.Indexing;

/// <summary>
/// Which values of an index a scan gives, as <see cref="IndexKey"/> writes them. A bound stands for all values that begin
/// with it: a whole value for itself, the beginning of a text for all texts that begin so, the first components of a
/// composite index for all that follows them.
/// </summary>
/// <param name="From">The lowest; empty for no bound.</param>
/// <param name="FromInclusive">Whether values that begin with <paramref name="From"/> are given.</param>
/// <param name="To">The highest; empty for no bound.</param>
/// <param name="ToInclusive">Whether values that begin with <paramref name="To"/> are given.</param>
public readonly record struct IndexBounds(
    ReadOnlyMemory<byte> From, bool FromInclusive, ReadOnlyMemory<byte> To, bool ToInclusive)
{
    /// <summary>All values.</summary>
    public static IndexBounds All => default;

    /// <summary>The values that begin with some bytes.</summary>
    public static IndexBounds Of(ReadOnlyMemory<byte> value) => new(value, true, value, true);
}

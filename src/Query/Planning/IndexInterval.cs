using Nacre.Core.Indexing;

namespace Nacre.Query.Planning;

/// <summary>Values of an index that lie side by side, as <see cref="IndexKey"/> writes them.</summary>
/// <param name="Low">The lowest, inclusive; empty for none.</param>
/// <param name="High">The end, exclusive; empty for none.</param>
public readonly record struct IndexInterval(ReadOnlyMemory<byte> Low, ReadOnlyMemory<byte> High)
{
    /// <summary>All values.</summary>
    public static IndexInterval All => default;

    /// <summary>The values that begin with some bytes.</summary>
    /// <param name="prefix">Not empty; its first byte is not FF.</param>
    public static IndexInterval Of(ReadOnlyMemory<byte> prefix) => new(prefix, After(prefix.Span));

    /// <summary>Whether no value lies in it.</summary>
    public bool IsEmpty => !High.IsEmpty && Low.Span.SequenceCompareTo(High.Span) >= 0;

    /// <summary>For a scan.</summary>
    public IndexBounds ToBounds() => new(Low, FromInclusive: true, High, ToInclusive: false);

    /// <summary>The shortest bytes above all that begin with some bytes.</summary>
    /// <param name="prefix">Not empty; its first byte is not FF.</param>
    public static byte[] After(ReadOnlySpan<byte> prefix)
    {
        int length = prefix.Length;
        while (prefix[length - 1] == byte.MaxValue)
        {
            length--;
        }

        byte[] after = prefix[..length].ToArray();
        after[^1]++;
        return after;
    }

    /// <summary>What lies in both; perhaps nothing.</summary>
    public IndexInterval And(in IndexInterval other) => new(
        Low.Span.SequenceCompareTo(other.Low.Span) >= 0 ? Low : other.Low,
        High.IsEmpty || (!other.High.IsEmpty && other.High.Span.SequenceCompareTo(High.Span) < 0) ? other.High : High);
}

namespace Nacre.Storage.Trees;

/// <summary>Which entries a cursor gives, and in which order.</summary>
/// <param name="From">Where to begin; empty for the very end of that side.</param>
/// <param name="Inclusive">Whether an entry at <paramref name="From"/> itself is given.</param>
/// <param name="To">Where to stop, not given itself; empty for no bound.</param>
/// <param name="Descending">From high to low.</param>
internal readonly record struct ScanBounds(
    ReadOnlyMemory<byte> From, bool Inclusive, ReadOnlyMemory<byte> To, bool Descending)
{
    /// <summary>True for a key at or past the end.</summary>
    public bool IsPast(ReadOnlySpan<byte> key)
    {
        if (To.IsEmpty)
        {
            return false;
        }

        int order = key.SequenceCompareTo(To.Span);
        return Descending ? order <= 0 : order >= 0;
    }
}

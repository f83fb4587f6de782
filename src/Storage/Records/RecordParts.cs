namespace Nacre.Storage.Records;

/// <summary>The two parts of a value that is being written; pinned by the caller.</summary>
internal unsafe struct RecordParts
{
    /// <summary>The first part.</summary>
    public byte* First;

    /// <summary>Its bytes.</summary>
    public int FirstLength;

    /// <summary>The second part, stored right behind the first.</summary>
    public byte* Second;

    /// <summary>Its bytes.</summary>
    public int SecondLength;

    /// <summary>Bytes of both.</summary>
    public readonly int Length => FirstLength + SecondLength;

    /// <summary>Copies both parts.</summary>
    public readonly void CopyTo(Span<byte> destination)
    {
        new ReadOnlySpan<byte>(First, FirstLength).CopyTo(destination);
        new ReadOnlySpan<byte>(Second, SecondLength).CopyTo(destination[FirstLength..]);
    }

    /// <summary>True when a stored value is the same bytes.</summary>
    public readonly bool Equals(ReadOnlySpan<byte> stored) =>
        stored.Length == Length
        && stored[..FirstLength].SequenceEqual(new ReadOnlySpan<byte>(First, FirstLength))
        && stored[FirstLength..].SequenceEqual(new ReadOnlySpan<byte>(Second, SecondLength));
}

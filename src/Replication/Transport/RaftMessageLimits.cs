namespace Nacre.Replication.Transport;

/// <summary>What a frame of replica messages holds at most. A peer that sends more is refused.</summary>
public static class RaftMessageLimits
{
    /// <summary>Bytes of the entries of one message: 4 MiB, as one frame of the log.</summary>
    public const int MaxEntryBytes = 4 << 20;

    /// <summary>Entries of one message.</summary>
    public const int MaxEntries = 65_536;

    /// <summary>Messages of one frame.</summary>
    public const int MaxMessages = 4_096;

    /// <summary>Bytes of a frame: one message of the largest kind, and smaller ones beside it.</summary>
    public const int MaxFrameBytes = 6 << 20;

    /// <summary>The highest term, index or replica id that a frame may name: far from any overflow, and from any real one.</summary>
    public const ulong MaxNumber = 1UL << 62;
}

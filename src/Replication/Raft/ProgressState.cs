namespace Nacre.Replication.Raft;

/// <summary>How a leader sends to a peer.</summary>
public enum ProgressState : byte
{
    /// <summary>It is not known where the logs part: one message at a time, until it is answered.</summary>
    Probe = 0,

    /// <summary>The logs agree: messages follow one another without waiting, within the limits.</summary>
    Replicate = 1,

    /// <summary>The peer needs entries that the log released: nothing is sent until the shell's snapshot has come to an end.</summary>
    Snapshot = 2,
}

namespace Nacre.Replication;

/// <summary>Where a replica is in its life.</summary>
public enum ReplicaState : byte
{
    /// <summary>Recovering: it neither reads nor writes yet.</summary>
    Starting = 0,

    /// <summary>Takes part. A sole voter leads, and has applied all that was ever acknowledged.</summary>
    Serving = 1,

    /// <summary>Takes no new proposals; answers those it has.</summary>
    Draining = 2,

    /// <summary>Ended in order.</summary>
    Stopped = 3,

    /// <summary>Ended by a fault of the disk, or by a bug.</summary>
    Failed = 4,
}

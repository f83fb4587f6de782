namespace Nacre.Simulation.Tests.Storage;

/// <summary>Faults that the simulation plants behind the ports of the real engine, to show that it would find them.</summary>
internal enum StorageBug
{
    None = 0,

    /// <summary>A frame of the log is acknowledged without a flush.</summary>
    LogFlushSkipped,

    /// <summary>Now and then a flush of the log that was told of did not reach the disk.</summary>
    LogFlushLies,

    /// <summary>A new log segment's name is not made durable.</summary>
    LogFolderSyncSkipped,

    /// <summary>A manifest gets its name without having been flushed.</summary>
    ManifestFlushSkipped,

    /// <summary>A manifest's name, and what was removed because of it, is not made durable.</summary>
    ManifestFolderSyncSkipped,

    /// <summary>A manifest is durable before the blocks that it names.</summary>
    ManifestBeforePages,

    /// <summary>The log lets go of what a checkpoint is going to cover, before its manifest is durable.</summary>
    TruncationBeforeManifest,

    /// <summary>The catalogue's checkpoint gets its name without having been flushed.</summary>
    ControlCheckpointFlushSkipped,

    /// <summary>The key ring's new name is not made durable before its keys are used.</summary>
    KeyRingFolderSyncSkipped,

    /// <summary>The node file gets its name without having been flushed.</summary>
    NodeFileFlushSkipped,

    /// <summary>An append that replaces the end of a shard's log is answered, and never written.</summary>
    SuffixTruncationDropped,

    /// <summary>An append's hard state is not written with it.</summary>
    HardStateDropped,

    /// <summary>A snapshot takes the store's place, and the log is not set behind it.</summary>
    ResetDropped,

    /// <summary>What a snapshot brought is not flushed before it takes the store's place.</summary>
    SnapshotFlushSkipped,

    /// <summary>A snapshot's files change folders, and neither folder is synced.</summary>
    SnapshotFolderSyncSkipped,
}

using FASTER.core;
using Nacre.Core;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>
/// FASTER's checkpoint port. Nothing is written here: metadata stays in memory until the sealed manifest takes it,
/// and index pages go to an encrypted device.
/// </summary>
/// <param name="newIndexLog">Makes the device of the next index checkpoint.</param>
internal sealed class CheckpointTable(Func<EncryptedDevice> newIndexLog) : ICheckpointManager
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, byte[]> _logMetadata = [];
    private readonly Dictionary<Guid, byte[]> _indexMetadata = [];
    private readonly Dictionary<Guid, EncryptedDevice> _indexDevices = [];

    /// <summary>Offers a log checkpoint for recovery.</summary>
    public void AddLog(Guid token, byte[] metadata)
    {
        lock (_gate)
        {
            _logMetadata.Add(token, metadata);
        }
    }

    /// <summary>Offers an index checkpoint for recovery.</summary>
    public void AddIndex(Guid token, byte[] metadata, EncryptedDevice device)
    {
        device.Initialize(-1, epoch: null, omitSegmentIdFromFilename: true);
        lock (_gate)
        {
            _indexMetadata.Add(token, metadata);
            _indexDevices.Add(token, device);
        }
    }

    /// <summary>Takes out what FASTER left of an index checkpoint; without metadata when it did not complete.</summary>
    public (EncryptedDevice Device, byte[]? Metadata) TakeIndex(Guid token)
    {
        lock (_gate)
        {
            Invariant.Check(_indexDevices.Remove(token, out EncryptedDevice? device));
            _indexMetadata.Remove(token, out byte[]? metadata);
            return (device, metadata);
        }
    }

    /// <inheritdoc/>
    public void InitializeIndexCheckpoint(Guid indexToken)
    {
        EncryptedDevice device = newIndexLog();
        device.Initialize(-1, epoch: null, omitSegmentIdFromFilename: true);
        lock (_gate)
        {
            _indexDevices.Add(indexToken, device);
        }
    }

    /// <inheritdoc/>
    public void CommitIndexCheckpoint(Guid indexToken, byte[] commitMetadata)
    {
        lock (_gate)
        {
            _indexMetadata.Add(indexToken, commitMetadata);
        }
    }

    /// <inheritdoc/>
    public IDevice GetIndexDevice(Guid indexToken)
    {
        lock (_gate)
        {
            return _indexDevices[indexToken];
        }
    }

    /// <inheritdoc/>
    public byte[] GetIndexCheckpointMetadata(Guid indexToken)
    {
        lock (_gate)
        {
            return _indexMetadata[indexToken];
        }
    }

    /// <inheritdoc/>
    public byte[] GetLogCheckpointMetadata(Guid logToken, DeltaLog deltaLog, bool scanDelta = false, long recoverTo = -1)
    {
        lock (_gate)
        {
            return _logMetadata[logToken];
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Guid> GetIndexCheckpointTokens() => [];

    /// <inheritdoc/>
    public IEnumerable<Guid> GetLogCheckpointTokens() => [];

    /// <inheritdoc/>
    public IDevice? GetDeltaLogDevice(Guid token) => null;

    /// <inheritdoc/>
    public IDevice GetSnapshotLogDevice(Guid token) => throw Unused();

    /// <inheritdoc/>
    public IDevice GetSnapshotObjectLogDevice(Guid token) => throw Unused();

    /// <inheritdoc/>
    public void InitializeLogCheckpoint(Guid logToken) => throw Unused();

    /// <inheritdoc/>
    public void CommitLogCheckpoint(Guid logToken, byte[] commitMetadata) => throw Unused();

    /// <inheritdoc/>
    public void CommitLogIncrementalCheckpoint(Guid logToken, long version, byte[] commitMetadata, DeltaLog deltaLog) =>
        throw Unused();

    /// <inheritdoc/>
    public void CheckpointVersionShift(long oldVersion, long newVersion)
    {
        // Versions are FASTER's; the manifest has an applied index.
    }

    /// <inheritdoc/>
    public void OnRecovery(Guid indexToken, Guid logToken)
    {
        // The shard store decides what is removed.
    }

    /// <inheritdoc/>
    public void Purge(Guid token) => throw Unused();

    /// <inheritdoc/>
    public void PurgeAll() => throw Unused();

    /// <inheritdoc/>
    public void Dispose()
    {
        // Devices belong to the shard store.
    }

    // The log's checkpoints are ours: shift the read-only mark to the tail, wait for the writes, seal a manifest.
    private static NotSupportedException Unused() => new("Only index checkpoints are taken through FASTER.");
}

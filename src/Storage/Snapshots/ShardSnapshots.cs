using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Files;

namespace Nacre.Storage.Snapshots;

/// <summary>What the snapshots of all shards have in common: the receiving side.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class ShardSnapshots(ShardId shard, string folder, IFileSystem files) : IShardSnapshots
{
    // Invariants:
    // - at most one target is open.
    private readonly Lock _gate = new();
    private readonly SnapshotFolder _folder = new(folder, files);
    private bool _isReceiving;

    /// <inheritdoc/>
    public SnapshotPoint? PendingReset => _folder.PendingReset;

    /// <summary>The shard.</summary>
    protected ShardId Shard { get; } = shard;

    /// <summary>Where the folder is.</summary>
    protected IFileSystem Files { get; } = files;

    /// <inheritdoc/>
    public abstract Result<ISnapshotSource> Hold();

    /// <inheritdoc/>
    public Result<ISnapshotTarget> Receive(SnapshotManifest manifest)
    {
        if (SnapshotFiles.Check(manifest, Shard) is { } wrong)
        {
            return wrong;
        }

        lock (_gate)
        {
            if (_isReceiving || _folder.IsInstalling)
            {
                return new NacreError(ErrorCode.Unavailable, $"Shard {Shard} is receiving a snapshot already, or putting one in place. Try again when that has ended.");
            }

            var target = new SnapshotTarget(_folder, Files, manifest, VerifyBesideOthers, Closed);
            _isReceiving = true;
            return target;
        }
    }

    /// <inheritdoc/>
    public void ResetDone() => _folder.ResetDone();

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            if (!_isReceiving)
            {
                _folder.Clear();
            }
        }
    }

    /// <summary>Opens a staged snapshot and checks every byte of it.</summary>
    /// <returns>What state it holds; Corrupt when something is damaged.</returns>
    protected abstract Result<SnapshotState> Verify(string staging);

    /// <summary>The answer where there is nothing to hold.</summary>
    protected NacreError NoCheckpoint() =>
        new(ErrorCode.Unavailable, $"Shard {Shard} has no checkpoint yet, or is not open. Try again after its next checkpoint.");

    /// <summary>The answer for staged bytes that are damaged.</summary>
    protected NacreError Damaged(StorageFinding finding) =>
        new(ErrorCode.Corrupt, $"The snapshot of shard {Shard} came damaged: {finding.File}, {finding.Place}: {finding.What}");

    /// <summary>Every byte of a shard is a core for seconds, on a node that serves others meanwhile.</summary>
    private Result<SnapshotState> VerifyBesideOthers(string staging) => LowPriority.Run("nacre-verify", () => Verify(staging));

    private void Closed()
    {
        lock (_gate)
        {
            _isReceiving = false;
        }
    }
}

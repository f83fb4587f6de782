using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Storage.Snapshots;

namespace Nacre.Storage.Control;

/// <summary>
/// The control shard's snapshots: one checkpoint file each. It is read whole and held in memory, so that checkpoints go on
/// without knowing of it.
/// </summary>
internal sealed class ControlSnapshots(string folder, IFileSystem files, IDataKeys keys, IRandomSource random)
    : ShardSnapshots(ShardId.Control, folder, files)
{
    private const int Attempts = 3;

    private readonly string _folder = folder;

    /// <inheritdoc/>
    public override Result<ISnapshotSource> Hold()
    {
        var checkpoints = new ControlCheckpointFolder(_folder, Files, keys, random);
        for (int attempt = 1; ; attempt++)
        {
            IReadOnlyList<ulong> generations = checkpoints.Generations();
            if (generations.Count == 0)
            {
                return NoCheckpoint();
            }

            try
            {
                return Hold(checkpoints, generations[0]);
            }
            catch (StorageFaultException) when (attempt < Attempts && !Files.FileExists(checkpoints.PathOf(generations[0])))
            {
                // Two newer ones were written meanwhile, and this one removed.
            }
        }
    }

    /// <inheritdoc/>
    protected override Result<SnapshotState> Verify(string staging)
    {
        ControlVerification found = ControlVerifier.Verify(staging, Files, keys, random);
        return found.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage
            ? Damaged(damage)
            : new SnapshotState(found.Applied, found.ReplicaSet, found.RunningHash);
    }

    private Result<ISnapshotSource> Hold(ControlCheckpointFolder checkpoints, ulong generation)
    {
        byte[] bytes = checkpoints.ReadSealed(generation);
        Result<(ControlCheckpoint Checkpoint, ControlState State)> read = checkpoints.Read(generation);
        if (!read.IsOk)
        {
            return read.Error;
        }

        ControlState state = read.Value.State;
        string name = Path.GetFileName(checkpoints.PathOf(generation));
        return new SnapshotSource(
            Files, Shard, new SnapshotState(state.Catalog.Applied, state.ReplicaSet, state.Hash),
            [new HeldFile(null, bytes, name, bytes.Length)], static () => { });
    }
}

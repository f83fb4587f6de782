using System.Collections.Immutable;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Records;
using Nacre.Storage.Snapshots;

namespace Nacre.Storage.Documents;

/// <summary>The snapshots of a data shard: the files of a checkpoint, as they lie in its folder.</summary>
/// <param name="shard">The shard.</param>
/// <param name="folder">Its folder.</param>
/// <param name="files">Where that is.</param>
/// <param name="options">Names the shard in its checkpoints.</param>
/// <param name="verify">Checks a folder with a shard's files.</param>
internal sealed class DocumentSnapshots(
    ShardId shard, string folder, IFileSystem files, DocumentStoreOptions options, Func<string, ShardVerification> verify)
    : ShardSnapshots(shard, folder, files)
{
    private readonly string _folder = folder;
    private volatile ShardStore? _store;

    /// <summary>Takes the store that was opened; the one before is closed.</summary>
    public void Attach(ShardStore store) => _store = store;

    /// <inheritdoc/>
    public override Result<ISnapshotSource> Hold()
    {
        if (_store?.Hold() is not { } hold)
        {
            return NoCheckpoint();
        }

        try
        {
            DocumentMeta meta = DocumentMeta.Read(options, hold.Manifest.Meta);
            ImmutableArray<HeldFile> held =
            [
                new HeldFile(null, hold.SealedManifest, ManifestFolder.NameOf(hold.Manifest.Generation), hold.SealedManifest.Length),
                .. hold.Files().Select(file => new HeldFile(Path.Combine(_folder, file.Name), default, file.Name, file.Bytes)),
            ];
            return new SnapshotSource(
                Files, Shard, new SnapshotState(hold.Manifest.Applied, meta.ReplicaSet, meta.RunningHash), held, hold.Dispose);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override Result<SnapshotState> Verify(string staging)
    {
        ShardVerification found = verify(staging);
        if (found.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage)
        {
            return Damaged(damage);
        }

        return found.Applied is { } applied
            ? new SnapshotState(applied, found.ReplicaSet, found.RunningHash)
            : Damaged(new StorageFinding(true, staging, "manifest", "no checkpoint is there"));
    }
}

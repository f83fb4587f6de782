using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Keys;
using Nacre.Core.Time;
using Nacre.Storage.Snapshots;

namespace Nacre.Storage.Control;

/// <summary>Checks the control shard's folder while no node has it open: every checkpoint's header, seal and content.</summary>
public static class ControlVerifier
{
    /// <summary>Reads every checkpoint of a folder; changes nothing.</summary>
    /// <param name="folder">The control shard's folder.</param>
    /// <param name="files">The disk.</param>
    /// <param name="keys">Where sealing keys come from.</param>
    /// <param name="random">Not drawn from.</param>
    /// <returns>The findings. Throws <see cref="StorageFaultException"/> when the folder cannot be listed.</returns>
    public static ControlVerification Verify(string folder, IFileSystem files, IDataKeys keys, IRandomSource random)
    {
        var checkpoints = new ControlCheckpointFolder(folder, files, keys, random);
        var findings = new List<StorageFinding>();
        ControlState? newest = null;
        ulong newestGeneration = 0;
        int whole = 0;
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (ulong generation in checkpoints.Generations())
        {
            string path = checkpoints.PathOf(generation);
            known.Add(Path.GetFileName(path));
            try
            {
                Result<(ControlCheckpoint Checkpoint, ControlState State)> read = checkpoints.Read(generation);
                if (!read.IsOk)
                {
                    findings.Add(new StorageFinding(true, path, "header", read.Error.Message));
                    continue;
                }

                whole++;
                newestGeneration = newest is null ? generation : newestGeneration;
                newest ??= read.Value.State;
            }
            catch (StorageFaultException fault)
            {
                findings.Add(new StorageFinding(true, fault.File, fault.Place, fault.Message));
            }
        }

        findings.AddRange(files.ListFiles(folder).Where(name => !known.Contains(name) && name != SnapshotFiles.ResetName).Select(name =>
            new StorageFinding(false, Path.Combine(folder, name), "file", "belongs to nothing: it is no checkpoint")));
        newest ??= ControlState.Empty;
        return new ControlVerification(
            findings, whole, newestGeneration, newest.Catalog.Applied, newest.Hash,
            newest.Catalog.Nodes.IsEmpty ? newest.Catalog.KeyRingGeneration : 0)
        {
            ReplicaSet = newest.ReplicaSet,
        };
    }
}

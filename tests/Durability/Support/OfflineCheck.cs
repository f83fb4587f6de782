using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Keys;
using Nacre.Server.DataFolder;
using Nacre.Storage.Control;
using Nacre.Storage.Devices;
using Nacre.Storage.Documents;
using Nacre.Storage.Records;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>The offline checks of all parts of a data folder that was stopped in order.</summary>
internal static class OfflineCheck
{
    /// <returns>What is wrong, with file and place; empty for a sound folder.</returns>
    public static IReadOnlyList<string> Run(SimulatedFileSystem disk)
    {
        var found = new List<string>();
        try
        {
            Check(disk, found);
        }
        catch (StorageFaultException fault)
        {
            found.Add(fault.Message);
        }

        return found;
    }

    private static void Check(SimulatedFileSystem disk, List<string> found)
    {
        var folder = new NodeFolder(disk, SimulatedNode.Folder);
        Result<NodeRecord> record = folder.Read();
        if (!record.IsOk)
        {
            found.Add(record.Error.Message);
            return;
        }

        Result<KeyRing> opened = new KeyRingFolder(disk, folder.Keys, TimeProvider.System, CryptographicRandom.Instance)
            .Open(SimulatedNode.RootKey, record.Value.KeyRingGeneration);
        if (!opened.IsOk)
        {
            found.Add(opened.Error.Message);
            return;
        }

        using KeyRing ring = opened.Value;
        LogVerification log = LogVerifier.Verify(disk, folder.Log, ring);
        found.AddRange(log.Findings.Where(finding => finding.IsDamage || !log.IsCleanStop).Select(finding => finding.ToString()));
        var control = new ControlCheckpointFolder(
            DocumentShards.FolderOf(folder.Shards, ShardId.Control), disk, ring, CryptographicRandom.Instance);
        foreach (ulong generation in control.Generations())
        {
            try
            {
                if (control.Read(generation) is { IsOk: false } refused)
                {
                    found.Add(refused.Error.Message);
                }
            }
            catch (StorageFaultException fault)
            {
                found.Add(fault.Message);
            }
        }

        using var io = new IoThreads(2);
        for (uint shard = 1; shard <= record.Value.DataShards; shard++)
        {
            var options = new ShardStoreOptions
            {
                FileSystem = disk,
                Directory = DocumentShards.FolderOf(folder.Shards, new ShardId(shard)),
                Shard = new ShardId(shard),
                Domain = KeyDomainId.Shared,
                Keys = ring,
                Random = CryptographicRandom.Instance,
                Time = TimeProvider.System,
                Io = io,
            };
            found.AddRange(StoreVerifier.Verify(options, default).Findings.Select(finding => finding.ToString()));
        }
    }
}

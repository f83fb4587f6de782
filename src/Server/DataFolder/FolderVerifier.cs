using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Storage;
using Nacre.Storage.Control;
using Nacre.Storage.Documents;
using Nacre.Storage.Files;
using Nacre.Storage.SharedLog;

namespace Nacre.Server.DataFolder;

/// <summary>
/// Checks a data folder that no node has open: node file, key ring, certificate authority, every frame of the log,
/// every tag and block of the stores, every document and index entry of the newest checkpoints, and that all of it
/// belongs together. Changes nothing.
/// </summary>
/// <remarks>
/// After a clean stop the node file says where each shard stood, so that an older file put back is found. After a crash
/// the log beyond the last checkpoint cannot prove its own end; a note says so. One node alone never tells a consistent
/// older copy of the whole folder from the real one.
/// </remarks>
public sealed partial class FolderVerifier
{
    // One shard at a time, so that all of it is that shard's.
    private const long MemoryBytes = 256L << 20;

    private readonly NodeFolder _folder;
    private readonly NodeEnvironment _environment;
    private readonly ReadOnlyFileSystem _files;
    private readonly IProgress<FolderProgress>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly List<StorageFinding> _findings = [];
    private readonly Dictionary<ShardId, Stand> _stands = [];
    private NodeRecord? _record;
    private LogVerification? _log;
    private string _stage = "";
    private long _stageBytes;
    private long _stageRead;
    private int _fileCount;
    private long _bytes;
    private long _blocks;
    private long _documents;
    private long _documentBytes;
    private long _indexEntries;

    private FolderVerifier(
        string directory, NodeEnvironment environment, IProgress<FolderProgress>? progress, CancellationToken cancellationToken)
    {
        _environment = environment;
        _files = new ReadOnlyFileSystem(environment.Files, TellRead);
        _folder = new NodeFolder(_files, directory);
        _progress = progress;
        _cancellationToken = cancellationToken;
    }

    private bool IsClean => _record?.State == NodeState.Clean;

    /// <summary>Checks the folder that options name.</summary>
    /// <param name="options">Valid options: the data folder and where its root key comes from.</param>
    /// <param name="environment">The world around it.</param>
    /// <param name="progress">Told how far it is, from any thread; may be null.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>
    /// What was found. Errors, where nothing could be checked: NotFound for what is no data folder, Unavailable when a
    /// server has it open, RootKeyUnavailable, RootKeyWrong, Unsupported for a later format.
    /// </returns>
    public static async Task<Result<FolderVerification>> VerifyAsync(
        NodeOptions options, NodeEnvironment environment, IProgress<FolderProgress>? progress, CancellationToken cancellationToken)
    {
        var verifier = new FolderVerifier(Path.GetFullPath(options.Data), environment, progress, cancellationToken);
        Result<FolderLock?> locked = FolderLock.TakeReadOnly(verifier._folder.LockFile);
        if (!locked.IsOk)
        {
            return locked.Error;
        }

        using FolderLock? held = locked.Value;
        NacreError? refusal;
        try
        {
            refusal = await verifier.RunAsync(options).ConfigureAwait(false);
        }
        catch (StorageFaultException fault)
        {
            // Each part reports its own files; what comes here is a folder that the disk does not list.
            verifier.Damage(fault.File, fault.Place, fault.Message);
            refusal = null;
        }

        return refusal is null ? verifier.Result() : refusal;
    }

    private async Task<NacreError?> RunAsync(NodeOptions options)
    {
        Result<NodeRecord> record = _folder.Read();
        if (!record.IsOk)
        {
            return Reported(record.Error, _folder.NodeFile);
        }

        _record = record.Value;
        Count(_folder.Directory);
        if (_record.State == NodeState.Creating)
        {
            Note(_folder.Directory, "folder", "its first start was cut off: nothing in it was acknowledged, and the next start begins anew");
            return null;
        }

        string ringPath = Path.Combine(_folder.Keys, KeyRingFolder.FileName);
        if (_environment.FindRootKey(options, _folder.Directory, out IRootKeyProvider root) is { } noRoot)
        {
            return noRoot;
        }

        Result<KeyRing> opened = new KeyRingFolder(_files, _folder.Keys, _environment.Time, _environment.Random)
            .Open(root, _record.KeyRingGeneration);
        if (!opened.IsOk)
        {
            return Reported(opened.Error, ringPath);
        }

        using KeyRing ring = opened.Value;
        CheckCertificates(ring);
        if (new PeersFile(_files, _folder.PeersFile).Read() is { IsOk: false } peers)
        {
            Damage(_folder.PeersFile, "file", peers.Error!.Message);
        }

        if (new RememberedFile(_files, _folder.RememberedFile).Read() is { IsOk: false } remembered)
        {
            Note(_folder.RememberedFile, "file", $"{remembered.Error!.Message} It is learned anew.");
        }

        if (_record.State == NodeState.OlderCopy)
        {
            Note(_folder.Directory, "folder", "other nodes remembered more than was in it: no node starts over it again");
        }

        if (_record is { State: NodeState.Running, Starts: 0 })
        {
            Note(_folder.Directory, "folder", "it joined a cluster and was not started yet: it gets everything else from the other nodes");
            return null;
        }

        CheckLog(ring);
        CheckControl(ring);
        await CheckShardsAsync(ring).ConfigureAwait(false);
        CheckStrays();
        CheckStands();
        return null;
    }

    /// <summary>Damage is what is looked for, and becomes a finding; anything else keeps the check from being made.</summary>
    private NacreError? Reported(NacreError error, string file)
    {
        bool isMissingFile = error.Code == ErrorCode.NotFound && _record is not null;
        if (error.Code != ErrorCode.Corrupt && !isMissingFile)
        {
            return error;
        }

        Damage(file, "file", error.Message);
        return null;
    }

    private void CheckCertificates(KeyRing ring)
    {
        if (_files.ListFiles(_folder.Tls).Count == 0)
        {
            // The operator's own certificates lie elsewhere.
            return;
        }

        var certificates = new OwnCertificates(
            _files, _folder.Tls, new SecretSealer(ring, KeyDomainId.Shared, _environment.Random), _record!.Cluster, [],
            _environment.Time, _environment.Random);
        if (certificates.Verify().Error is { } error)
        {
            Damage(_folder.Tls, "certificate authority", error.Message);
        }
    }

    private void CheckLog(KeyRing ring)
    {
        Begin("log", SizeOf(_folder.Log));
        _log = LogVerifier.Verify(_files, _folder.Log, ring);

        // After a clean stop every byte of the log is accounted for.
        _findings.AddRange(_log.Findings.Select(finding => finding with { IsDamage = finding.IsDamage || IsClean }));
        if (IsClean && !_log.IsCleanStop && _log.Findings.Count == 0)
        {
            Damage(_folder.Log, "end", "the log does not end with the seal of the last clean stop");
        }

        if (_log.TailCut is { } cut)
        {
            Note(cut.File, $"offset {cut.Offset}", "a frame was torn here by a crash: the next start cuts it off, and it was never acknowledged");
        }

        if (_log.UnreadableSections > 0)
        {
            Note(_folder.Log, "sections", $"{_log.UnreadableSections} are under data keys that are no more: only their frames were checked");
        }

        if (!IsClean)
        {
            Note(_folder.Log, _log.End is { } end ? $"offset {end.Offset} of use {end.UseId}" : "end",
                "the folder was not closed in order: whether the log lost frames behind its last one cannot be told on one node");
        }
    }

    private void CheckControl(KeyRing ring)
    {
        string directory = DocumentShards.FolderOf(_folder.Shards, ShardId.Control);
        if (IsInstalling(directory))
        {
            return;
        }

        ControlVerification control = ControlVerifier.Verify(directory, _files, ring, _environment.Random);
        AddStoreFindings(control.Findings);
        CheckPair(directory, control.Checkpoints, control.Newest, control.IsSound);
        _stands[ShardId.Control] = new Stand(directory, control.Applied, control.RunningHash, control.IsSound);
        if (ring.Generation < control.KeyRingGeneration)
        {
            Damage(Path.Combine(_folder.Keys, KeyRingFolder.FileName), "generation",
                $"an older copy: generation {ring.Generation} where {control.KeyRingGeneration} was written");
        }
    }

    private async Task CheckShardsAsync(KeyRing ring)
    {
        using var documents = new DocumentShards(
            new DocumentShardsOptions
            {
                Directory = _folder.Shards,
                Cluster = _record!.Cluster,
                MemoryBytesPerShard = MemoryBytes,
            },
            _files, ring, _environment.Random, _environment.Time, _environment.Loggers.CreateLogger("Nacre.Storage"));
        for (uint number = 1; number <= _record.DataShards; number++)
        {
            var shard = new ShardId(number);
            string directory = DocumentShards.FolderOf(_folder.Shards, shard);
            if (IsInstalling(directory))
            {
                continue;
            }

            Begin($"blocks of shard {number}", SizeOf(directory));
            string stage = $"documents of shard {number}";
            ShardVerification seen = await documents.VerifyAsync(
                shard, fraction => TellDocuments(stage, fraction), _cancellationToken).ConfigureAwait(false);
            AddStoreFindings(seen.Findings);
            CheckPair(directory, seen.Checkpoints, seen.Newest, seen.IsSound);
            _stands[shard] = new Stand(directory, seen.Applied ?? default, seen.RunningHash, seen is { IsSound: true, Applied: not null });
            _blocks += seen.Blocks;
            _documents += seen.Documents;
            _documentBytes += seen.DocumentBytes;
            _indexEntries += seen.IndexEntries;
        }
    }

    /// <summary>Holds log and stores against each other and, after a clean stop, against what the node file says.</summary>
    private void CheckStands()
    {
        if (_log is not { IsSound: true })
        {
            return;
        }

        Dictionary<ShardId, ShardPoint> points = _record!.Points.ToDictionary(point => point.Shard);
        foreach ((ShardId shard, Stand stand) in _stands)
        {
            ShardLogState log = _log.Shards.GetValueOrDefault(shard);
            if (points.TryGetValue(shard, out ShardPoint expected))
            {
                CheckPoint(expected, stand, log);
            }
            else if (_files.FileExists(Path.Combine(stand.Directory, DocumentShards.PendingResetFileName)))
            {
                Note(_folder.Log, $"shard {shard}", "it is still to be set to the snapshot that was put in place: the next start does that");
            }
            else if (stand.IsSound && log.LastIndex < stand.Applied)
            {
                Damage(_folder.Log, $"shard {shard}", $"the log ends with entry {log.LastIndex}, before the checkpoint at {stand.Applied}: its end is missing, or it is an older copy");
            }
            else if (stand.IsSound && log.TruncationIndex > stand.Applied)
            {
                Damage(stand.Directory, "checkpoint", $"it holds entries through {stand.Applied}, and the log begins after {log.TruncationIndex}: it is an older copy");
            }
        }
    }

    private void CheckPoint(in ShardPoint expected, Stand stand, in ShardLogState log)
    {
        if (log.LastIndex != expected.LastIndex || log.LastTerm != expected.LastTerm)
        {
            Damage(_folder.Log, $"shard {expected.Shard}", $"the last stop left it at entry {expected.LastIndex} of term {expected.LastTerm}, and it ends with {log.LastIndex} of term {log.LastTerm}: its end is missing, or it is an older copy");
        }

        if (stand.IsSound && (stand.Applied != expected.Applied || stand.RunningHash != expected.RunningHash))
        {
            Damage(stand.Directory, "checkpoint", $"the last stop left it at entry {expected.Applied}, and it is at {stand.Applied}: its newest checkpoint is missing, or it is an older copy");
        }
    }

    private FolderVerification Result() => new()
    {
        State = _record?.State,
        Findings = [.. _findings.OrderBy(finding => finding.IsDamage ? 0 : 1)],
        Files = _fileCount,
        Bytes = _bytes,
        Frames = _log?.Frames ?? 0,
        Entries = _log?.Shards.Values.Sum(shard => (long)(shard.LastIndex.Value - shard.TruncationIndex.Value)) ?? 0,
        Blocks = _blocks,
        Documents = _documents,
        DocumentBytes = _documentBytes,
        IndexEntries = _indexEntries,
    };

    /// <summary>Where a shard's newest checkpoint is.</summary>
    private sealed record Stand(string Directory, LogIndex Applied, ulong RunningHash, bool IsSound);
}

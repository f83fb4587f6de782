using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Replication;
using Nacre.Replication.Snapshots;
using Nacre.Security.Keys;
using Nacre.Server.DataFolder;
using Nacre.Storage;
using Nacre.Storage.Control;
using Nacre.Storage.Documents;
using Nacre.Storage.Files;
using Nacre.Storage.Records;
using Nacre.Storage.SharedLog;
using Nacre.Storage.Snapshots;

namespace Nacre.Simulation.Tests.Storage;

/// <content>The shards' stores: small, so that little work meets every kind of step.</content>
internal sealed partial class StorageNode
{
    private ControlStateMachine _control = null!;
    private DocumentStateMachine _documents = null!;
    private ShardStore? _store;
    private DocumentSnapshots? _dataSnapshots;

    /// <summary>The catalogue.</summary>
    public Catalog Catalog => _control.Current;

    /// <summary>The documents.</summary>
    public IDocumentReader Documents => _documents;

    /// <summary>The data shard's snapshots.</summary>
    public IShardSnapshots DataSnapshots => _dataSnapshots!;

    /// <summary>What <c>nacre verify</c> checks of log, catalogue and documents, in a folder that nobody has open.</summary>
    /// <returns>The damage found; empty for a sound folder.</returns>
    public static async Task<IReadOnlyList<StorageFinding>> VerifyAsync(NodeParts parts)
    {
        var files = new ReadOnlyFileSystem(parts.Files);
        var folder = new NodeFolder(files, Folder);
        Result<NodeRecord> record = folder.Read();
        if (!record.IsOk || record.Value.State == NodeState.Creating)
        {
            // A start begins anew, or says why not.
            return [];
        }

        Result<KeyRing> opened = new KeyRingFolder(files, folder.Keys, parts.Clock, parts.Random).Open(RootKey, record.Value.KeyRingGeneration);
        if (!opened.IsOk)
        {
            return [new StorageFinding(true, folder.Keys, "file", opened.Error.Message)];
        }

        using KeyRing keys = opened.Value;
        var findings = new List<StorageFinding>();
        LogVerification log = LogVerifier.Verify(files, LogOptions.Directory, keys);
        findings.AddRange(log.Findings);
        ControlVerification control = ControlVerifier.Verify(FolderOf(ShardId.Control), files, keys, parts.Random);
        findings.AddRange(control.Findings);
        if (new SnapshotFolder(FolderOf(Data), files).IsInstalling)
        {
            // The shard's folder is partly the old one and partly the snapshot: every start goes on first.
            return [.. findings.Where(finding => finding.IsDamage)];
        }

        using var io = new Nacre.Storage.Devices.IoThreads(2);
        ShardVerification data = await VerifyAsync(StoreOptions(files, keys, io, parts) with { IsReadOnly = true });
        findings.AddRange(data.Findings);
        foreach ((ShardId shard, LogIndex applied) in (ReadOnlySpan<(ShardId, LogIndex)>)[(ShardId.Control, control.Applied), (Data, data.Applied ?? default)])
        {
            ShardLogState state = log.Shards.GetValueOrDefault(shard);
            bool isPending = files.FileExists(Path.Combine(FolderOf(shard), DocumentShards.PendingResetFileName));
            if (!isPending && log.IsSound && (state.LastIndex < applied || state.TruncationIndex > applied))
            {
                findings.Add(new StorageFinding(true, FolderOf(shard), "checkpoint", $"at entry {applied}, and the log has those from {state.TruncationIndex} to {state.LastIndex}"));
            }
        }

        return [.. findings.Where(finding => finding.IsDamage)];
    }

    /// <summary>Opens the data shard's state machine over a folder, without a replica: the leader that a snapshot comes from.</summary>
    public static (DocumentStateMachine Machine, DocumentSnapshots Snapshots) OpenTwin(IFileSystem files, IDataKeys keys, Nacre.Storage.Devices.IoThreads io, NodeParts parts)
    {
        ShardStore store = ShardStore.Open(StoreOptions(files, keys, io, parts));
        var snapshots = new DocumentSnapshots(Data, FolderOf(Data), files, DocumentOptions, _ => throw new NotSupportedException("It only gives."));
        snapshots.Attach(store);
        return (DocumentStateMachine.Open(DocumentOptions, store), snapshots);
    }

    /// <summary>Ends the data shard's replica, has a snapshot take its store's place, and starts another one over it.</summary>
    public async Task InstallAsync(ISnapshotTarget target, Term term)
    {
        await DataSlot.DisposeAsync();
        target.Install(term);
        _parts.Mark?.Invoke("snapshot in place");
        _slots.RemoveAt(1);
        await OpenSlotAsync(Data);
        await DataSlot.StartAsync(default);
    }

    private static DocumentStoreOptions DocumentOptions => new()
    {
        Cluster = Cluster,
        Shard = Data,
        BufferBytes = 64 << 10,
        CheckpointDrainBytes = 1 << 10,
        NodeBytes = 1024,
        NodeCacheBytes = 256 << 10,
        CompactAtDeadBytes = 16 << 10,
        CompactionSliceBytes = 8 << 10,
    };

    private static string FolderOf(ShardId shard) => DocumentShards.FolderOf($"{Folder}/shards", shard);

    private static ShardStoreOptions StoreOptions(IFileSystem files, IDataKeys keys, Nacre.Storage.Devices.IoThreads io, NodeParts parts) => new()
    {
        FileSystem = files,
        Directory = FolderOf(Data),
        Shard = Data,
        Domain = KeyDomainId.Shared,
        Keys = keys,
        Random = parts.Random,
        Time = parts.Clock,
        Io = io,
        MemoryBytes = 2 << 20,
        PageBytes = 1 << 17,
        SegmentGroups = 1,
        IndexCheckpointBytes = 64 << 10,
    };

    private static async Task<ShardVerification> VerifyAsync(ShardStoreOptions options)
    {
        StoreVerification blocks = StoreVerifier.Verify(options, default);
        List<StorageFinding> findings = [.. blocks.Findings.Select(finding => new StorageFinding(true, finding.File, finding.Place, finding.What))];
        try
        {
            // Also for a caller that blocks on the driver's thread, as a snapshot's target does.
            ShardStore store = ShardStore.Open(options);
            await using ConfiguredAsyncDisposable closed = store.ConfigureAwait(false);
            DocumentVerification documents = DocumentVerifier.Verify(DocumentOptions, store, null, default);
            findings.AddRange(documents.Findings.Select(finding => new StorageFinding(true, Path.Combine(options.Directory, finding.File), finding.Place, finding.What)));
            return new ShardVerification(
                findings, blocks.Generations.Count, store.Generation, store.RecoveredIndex, documents.RunningHash, blocks.Blocks,
                documents.Documents, documents.DocumentBytes, documents.IndexEntries) { ReplicaSet = documents.ReplicaSet };
        }
        catch (StorageFaultException fault)
        {
            findings.Add(new StorageFinding(true, fault.File, fault.Place, fault.Message));
            return new ShardVerification(findings, 0, 0, null, 0, 0, 0, 0, 0);
        }
    }

    private async Task OpenSlotAsync(ShardId shard)
    {
        var identity = new ShardIdentity(Cluster, shard, KeyDomainId.Shared);
        _slots.Add(await ReplicaSlot.OpenAsync(
            identity, id => ValueTask.FromResult(id == Data ? OpenData() : OpenControl()), _log!, _ring!, new ShardReplicaOptions { MaxAppendBytes = 16 << 10 },
            _environment, _exchange!));
    }

    private OpenedShard OpenControl()
    {
        string folder = FolderOf(ShardId.Control);
        Result<ControlStateMachine> opened = ControlStateMachine.Open(folder, _parts.Files, _ring!, _parts.Random, NullLogger.Instance);
        _control = opened.IsOk ? opened.Value : throw new StorageFaultException(StorageFaultKind.Corrupt, folder, "checkpoint", opened.Error.Message);
        var machine = new RecordedMachine(_control, () => Task.CompletedTask, what => _parts.Mark?.Invoke($"control: {what}"), isEarly: false);
        return new OpenedShard(machine, ControlStateMachine.Snapshots(folder, _parts.Files, _ring!, _parts.Random));
    }

    private OpenedShard OpenData()
    {
        ShardStoreOptions options = StoreOptions(_parts.Files, _ring!, _io, _parts);
        new SnapshotFolder(options.Directory, _parts.Files).FinishInstall();
        _store = ShardStore.Open(options);
        _documents = DocumentStateMachine.Open(DocumentOptions, _store);
        _dataSnapshots ??= new DocumentSnapshots(
            Data, options.Directory, _parts.Files, DocumentOptions,
            folder => VerifyAsync(StoreOptions(_parts.Files, _ring!, _io, _parts) with { IsReadOnly = true, Directory = folder }).GetAwaiter().GetResult());
        _dataSnapshots.Attach(_store);
        var machine = new RecordedMachine(
            _documents, SettleAsync, what => _parts.Mark?.Invoke($"data: {what}"), _parts.Bug == StorageBug.TruncationBeforeManifest);
        return new OpenedShard(machine, _dataSnapshots);
    }

    /// <summary>One thread does the patient work in its order: what stood there is done when what is queued behind it is.</summary>
    private async Task IoIdleAsync()
    {
        if (_store is { } store)
        {
            await store.IndexIdleAsync();
        }

        for (int turn = 0; turn < 8; turn++)
        {
            await _io.RunAsync(static () => { });
        }
    }

    private StorageFaultException? CheckEnd(IReadOnlyDictionary<ShardId, ShardLogState> shards)
    {
        foreach (ShardPoint expected in _record.Points)
        {
            ShardLogState found = shards.GetValueOrDefault(expected.Shard);
            if (found.LastIndex != expected.LastIndex || found.LastTerm != expected.LastTerm)
            {
                return new StorageFaultException(StorageFaultKind.Corrupt, LogOptions.Directory, $"shard {expected.Shard}", "The log does not end where the last stop left it");
            }
        }

        return null;
    }

    private void CheckPoints()
    {
        foreach (ShardPoint expected in _record.Points)
        {
            ReplicaStatus found = _slots.Single(slot => slot.Identity.Shard == expected.Shard).Status;
            if (found.Applied != expected.Applied || found.RunningHash != expected.RunningHash)
            {
                throw new RefusedStartException(new NacreError(ErrorCode.Corrupt, $"The store {FolderOf(expected.Shard)} is not what the last stop left."));
            }
        }
    }

    /// <summary>There is no other node.</summary>
    private sealed class NoFetcher : ISnapshotFetcher
    {
        private static readonly NacreError Nobody = new(ErrorCode.Unavailable, "There is no other node.");

        public Task<Result<SnapshotDescription>> DescribeAsync(NodeId from, ShardId shard, UInt128 wanted, CancellationToken cancellationToken) =>
            Task.FromResult<Result<SnapshotDescription>>(Nobody);

        public Task<Result<SnapshotChunk>> ReadAsync(NodeId from, ShardId shard, UInt128 snapshot, int file, long offset, int length, CancellationToken cancellationToken) =>
            Task.FromResult<Result<SnapshotChunk>>(Nobody);
    }
}

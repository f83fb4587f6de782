using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Replication;
using Nacre.Replication.Catalogue;
using Nacre.Replication.Forwarding;
using Nacre.Replication.Membership;
using Nacre.Replication.Snapshots;
using Nacre.Server.DataFolder;
using Nacre.Server.Options;
using Nacre.Server.Peers;
using Nacre.Server.Routing;
using Nacre.Storage.Documents;
using Nacre.Storage.Files;
using Nacre.Storage.SharedLog;

namespace Nacre.Server.Hosting;

/// <content>Log and shards: opened, held against what the last stop left, recovered.</content>
public sealed partial class NacreNode
{
    private readonly Dictionary<ShardId, IDataShard> _shards = [];
    private readonly List<ReplicaSlot> _slots = [];
    private readonly Dictionary<ShardId, IProposer> _proposers = [];
    private ShardStores _stores = null!;
    private SegmentedLog _log = null!;

    private ReplicaSlot ControlSlot => _slots[0];

    private CurrentCatalog Catalog => _stores.Current;

    private IEnumerable<ShardReplica> CurrentReplicas => _slots.Select(slot => slot.Replica);

    private IEnumerable<ShardId> DataShards => Enumerable.Range(1, _record.DataShards).Select(number => new ShardId((uint)number));

    /// <summary>Opens the log and every shard's store. After a clean stop each must stand where that stop left it.</summary>
    private async Task<NacreError?> OpenShardsAsync()
    {
        int dataShards = _record.DataShards;
        long memory = MemoryBudgetBytes() / dataShards;
        if (memory < DocumentShards.LeastMemoryBytes)
        {
            return new NacreError(ErrorCode.Malformed,
                $"memoryBudgetBytes: {dataShards} data shards take at least {dataShards * DocumentShards.LeastMemoryBytes}.");
        }

        _parts.Push(new Part(_serverMetrics));
        _parts.Push(new Part(_storageMetrics));
        _parts.Push(new Part(_replicationMetrics));
        StorageSizes sizes = _environment.Sizes;
        _log = SegmentedLog.Open(
            new SegmentedLogOptions
            {
                Directory = _folder.Log,
                SegmentBytes = sizes.LogSegmentBytes,
                InitialSegmentBytes = sizes.FirstLogSegmentBytes,
            },
            _environment.Files, _ring, _environment.Random, _environment.Time,
            new LogHooks
            {
                Found = _record.State == NodeState.Clean ? CheckEnd : null,
                ShardPinned = (shard, _) => _host?.RequestCheckpoint(shard),
                Flushed = _storageMetrics.Flushed,
                BeginTelling = PoolScheduler.BeginGathering,
                EndTelling = PoolScheduler.EndGathering,
                SegmentAbandoned = TellAbandoned,
                Stopped = fault => Log.LogStopped(_logger, fault),
            });
        _parts.Push(_log);
        _stores = new ShardStores(
            new DocumentShardsOptions
            {
                Directory = _folder.Shards,
                Cluster = _record.Cluster,
                MemoryBytesPerShard = memory,
                PendingBytes = ReplicaOptions.MaxPendingBytes,
                SegmentBytes = sizes.StoreSegmentBytes,
                IndexCheckpointBytes = sizes.IndexCheckpointBytes,
                CompactAtDeadBytes = sizes.CompactAtDeadBytes,
            },
            _environment, _ring);
        _parts.Push(new Part(_stores));
        Result<Catalog> before = await _stores.PeekAsync().ConfigureAwait(false);
        if (!before.IsOk)
        {
            return before.Error;
        }

        if (await OpenPortAsync(before.Value).ConfigureAwait(false) is { } noPort)
        {
            return noPort;
        }

        var environment = new ReplicaEnvironment(
            _environment.Time, _environment.Random, PoolScheduler.Instance, _replicationMetrics,
            _environment.Loggers.CreateLogger("Nacre.Replication"))
        {
            Boot = BootClock.Instance,
            Transport = _port is { } port
                ? new VettedTransport(port.Transport, peer => _vetting is { } vetting && vetting.MaySpeakTo(peer))
                : NoTransport.Instance,
        };
        SnapshotExchange exchange = MakeExchange(environment);
        await OpenSlotsAsync(exchange, environment).ConfigureAwait(false);
        PoolScheduler.MakeRoomFor(_slots.Count);
        _host = new ReplicaHost(_slots, exchange, environment, TickInterval);
        _parts.Push(_host);
        return _record.State == NodeState.Clean ? CheckPoints() : null;
    }

    /// <summary>
    /// Opens the stores side by side, the control shard's first: each reads its own files, and most of the time goes into
    /// building an index from them.
    /// </summary>
    private async Task OpenSlotsAsync(SnapshotExchange exchange, ReplicaEnvironment environment)
    {
        AddSlot(await OpenSlotAsync(ShardId.Control, exchange, environment).ConfigureAwait(false));
        Task<ReplicaSlot>[] opening = [.. DataShards.Select(shard => OpenSlotAsync(shard, exchange, environment))];
        try
        {
            await Task.WhenAll(opening).ConfigureAwait(false);
        }
        finally
        {
            // Those that were opened are the node's to dispose of, also where another one could not be.
            foreach (Task<ReplicaSlot> opened in opening.Where(each => each.IsCompletedSuccessfully))
            {
                AddSlot(await opened.ConfigureAwait(false));
            }
        }

        foreach (ReplicaSlot slot in _slots.Where(slot => slot.Identity.Shard != ShardId.Control))
        {
            ShardId shard = slot.Identity.Shard;
            _shards.Add(shard, new ReplicaShard(slot, ProposerOf(shard), () => _stores.Of(shard).Documents, _environment.Time));
        }
    }

    private Task<ReplicaSlot> OpenSlotAsync(ShardId shard, SnapshotExchange exchange, ReplicaEnvironment environment)
    {
        var identity = new ShardIdentity(_record.Cluster, shard, KeyDomainId.Shared)
        {
            Self = ReplicaPlan.ReplicaOf(_record.Node),
            Node = _record.Node,

            // The founder's replicas were there first; others join what it began.
            InitialSet = _record.Node == AddNode.Founder ? null : ReplicaSet.Empty,
        };
        return ReplicaSlot.OpenAsync(identity, _stores.OpenAsync, _log, _ring, ReplicaOptions, environment, exchange);
    }

    private void AddSlot(ReplicaSlot slot)
    {
        _parts.Push(slot);
        _slots.Add(slot);
        _proposers.Add(
            slot.Identity.Shard,
            _port is { } port ? new ForwardingProposer(slot, port.Carrier, new ForwardingOptions(), _environment.Time) : slot);
    }

    private ShardReplicaOptions ReplicaOptions => new()
    {
        MaxAppendBytes = _environment.Sizes.AppendBytes,
        CheckpointAfterBytes = _environment.Sizes.CheckpointAfterBytes,
    };

    private void TellAbandoned(Core.Files.StorageFaultException fault)
    {
        _storageMetrics.SegmentAbandoned();
        Log.LogSegmentAbandoned(_logger, fault, fault.File);
    }

    /// <summary>An older log or store, put back whole, passes every check of its own; it does not stand where the stop left it.</summary>
    private NacreError? CheckPoints()
    {
        foreach (ShardPoint expected in _record.Points)
        {
            ShardPoint? found = CurrentReplicas.Where(replica => replica.Identity.Shard == expected.Shard).Select(PointOf).FirstOrDefault();
            if (found is null)
            {
                return new NacreError(ErrorCode.Corrupt, $"The last stop left a shard {expected.Shard}, and this node has none.");
            }

            if (found.Value.Applied != expected.Applied || found.Value.RunningHash != expected.RunningHash)
            {
                return new NacreError(ErrorCode.Corrupt,
                    $"The store {DocumentShards.FolderOf(_folder.Shards, expected.Shard)} is not what the last stop left: it had entry {expected.Applied}, and has {found.Value.Applied}. It is damaged, or an older copy.");
            }
        }

        return null;
    }

    /// <summary>Whether the log ends where the last stop left it; asked before the log is touched.</summary>
    private StorageFaultException? CheckEnd(IReadOnlyDictionary<ShardId, ShardLogState> shards)
    {
        foreach (ShardPoint expected in _record.Points)
        {
            ShardLogState found = shards.GetValueOrDefault(expected.Shard);
            if (found.LastIndex != expected.LastIndex || found.LastTerm != expected.LastTerm)
            {
                return new StorageFaultException(
                    StorageFaultKind.Corrupt, _folder.Log, $"shard {expected.Shard}",
                    $"The log does not end where the last stop left it: at entry {expected.LastIndex} then, at {found.LastIndex} now. It is damaged, or an older copy");
            }
        }

        return null;
    }

    private ShardPoint PointOf(ShardReplica replica)
    {
        ReplicaStatus status = replica.Status;
        ShardLogState log = _log.StateOf(status.Shard);
        return new ShardPoint(status.Shard, log.LastIndex, log.LastTerm, status.Applied, status.RunningHash);
    }

    /// <summary>Replays what the log holds beyond the checkpoints, and fixes what a cluster never changes.</summary>
    private async Task<NacreError?> RecoverAsync(CancellationToken cancellationToken)
    {
        if (await VetAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        // From here on the folder is in use. A folder that is being made stays so until all of it is there.
        NodeState before = _record.State;
        WriteRecord(_record with
        {
            State = before == NodeState.Creating ? before : NodeState.Running,
            Starts = _record.Starts + 1,
            KeyRingGeneration = _ring.Generation,
            Points = [],
        });
        Volatile.Write(ref _startsTold, _record.Starts);
        Log.Opening(_logger, _record.Node, _record.Cluster, _folder.Directory, _record.Starts, _record.DataShards, before);

        if (_log.Recovery.TailCut is { } cut)
        {
            // After a clean stop no entry is missing, or the check of the points had failed: it was a seal.
            Log.TailCut(_logger, cut.File, cut.Offset, before);
        }

        IReadOnlyList<RecoveryReport> reports = await _host.StartAsync(cancellationToken).ConfigureAwait(false);
        if (before == NodeState.Running)
        {
            TellRecovery(reports);
        }

        if (await MeetPeersAsync(cancellationToken).ConfigureAwait(false) is { } alone)
        {
            return alone;
        }

        _coordinator = new CatalogCoordinator(
            ProposerOf(ShardId.Control), ProposerOf, Catalog, new CatalogCoordinatorOptions(), _environment.Time,
            _environment.Loggers.CreateLogger("Nacre.Replication"), _withdrawals);
        _parts.Push(_coordinator);
        Result<Core.Errors.Unit> cluster =
            await _coordinator.EnsureClusterAsync(_record.Cluster, (uint)_record.DataShards, cancellationToken).ConfigureAwait(false);
        return cluster.IsOk
            ? await CheckKeyRingAsync(cancellationToken).ConfigureAwait(false)
            : cluster.Error;
    }

    private IProposer ProposerOf(ShardId shard) => _proposers[shard];

    private async Task<NacreError?> CheckKeyRingAsync(CancellationToken cancellationToken)
    {
        if (!Catalog.Current.Nodes.IsEmpty)
        {
            // The catalogue counts the cluster's keys there, each ring its own writings: the node file remembers those.
            return null;
        }

        ulong remembered = Catalog.Current.KeyRingGeneration;
        if (_ring.Generation < remembered)
        {
            return new NacreError(ErrorCode.Corrupt,
                $"The key ring in {_folder.Keys} is an older copy, generation {_ring.Generation} where {remembered} was written: put back the newest.");
        }

        if (_ring.Generation == remembered)
        {
            return null;
        }

        Result<CommandOutcome> recorded = await _coordinator.ExecuteAsync(
            new RecordKeyRingGeneration(_ring.Generation), new EntryHeader { Cause = EntryCause.System }, cancellationToken).ConfigureAwait(false);
        return recorded.Error;
    }

    /// <summary>What was found after a crash: the log past the last checkpoint cannot prove its own end on one node.</summary>
    private void TellRecovery(IReadOnlyList<RecoveryReport> reports)
    {
        foreach (RecoveryReport report in reports)
        {
            Log.Recovered(_logger, report.Shard, report.Checkpoint, report.LastRecovered, report.Replayed, report.Elapsed.TotalMilliseconds);
        }
    }

    private long MemoryBudgetBytes() => _options.MemoryBudgetBytes > 0
        ? _options.MemoryBudgetBytes
        : Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MemoryBudgetAttribute.Least, DefaultMostMemoryBytes);
}

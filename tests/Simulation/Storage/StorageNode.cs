using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Replication;
using Nacre.Replication.Snapshots;
using Nacre.Security.Keys;
using Nacre.Server.DataFolder;
using Nacre.Storage.Devices;
using Nacre.Storage.SharedLog;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>
/// What a node keeps on its disk, and the code that keeps it: node file, key ring, shared log, the control shard and one data
/// shard with their replicas. It is put together, started and stopped as the product does it, without its network.
/// </summary>
internal sealed partial class StorageNode : IAsyncDisposable
{
    public const string Folder = "/data";

    public static readonly ClusterId Cluster = new(7);
    public static readonly ShardId Data = new(1);

    /// <summary>A shard that has entries in the log and nothing else: what its log replaces and votes is seen.</summary>
    public static readonly ShardId Guest = new(7);

    private static readonly EnvironmentRootKeyProvider RootKey = new("ROOT", _ => Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(at => (byte)at)]));

    private readonly NodeParts _parts;
    private readonly NodeFolder _folder;
    private readonly IoThreads _io = new(2);
    private readonly ReplicationMetrics _metrics = new();
    private readonly ReplicaEnvironment _environment;
    private readonly List<ReplicaSlot> _slots = [];
    private NodeRecord _record = null!;
    private KeyRing? _ring;
    private PumpedLog? _log;
    private SnapshotExchange? _exchange;
    private bool _isStopped;

    private StorageNode(NodeParts parts)
    {
        _parts = parts;
        _folder = new NodeFolder(parts.Files, Folder);
        _environment = new ReplicaEnvironment(parts.Clock, parts.Random, parts.Driver, _metrics, NullLogger.Instance);
    }

    /// <summary>True when nothing was there yet, or an unfinished first start.</summary>
    public bool IsNew { get; private set; }

    /// <summary>The last entry that each shard had when it was started.</summary>
    public Dictionary<ShardId, LogIndex> Recovered { get; } = [];

    public KeyRing Ring => _ring!;

    public PumpedLog Log => _log!;

    public ReplicaSlot ControlSlot => _slots[0];

    public ReplicaSlot DataSlot => _slots[1];

    /// <summary>Starts a node over a disk. Throws <see cref="RefusedStartException"/>.</summary>
    public static async Task<StorageNode> StartAsync(NodeParts parts)
    {
        var node = new StorageNode(parts);
        try
        {
            await node.OpenAsync();
            return node;
        }
        catch (StorageFaultException fault)
        {
            await node.DisposeAsync();
            throw RefusedStartException.Of(fault);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Proposes a command to a shard and ends when it is answered.</summary>
    public static async Task<Result<CommandOutcome>> ProposeAsync(ReplicaSlot slot, EntryHeader header, ReadOnlyMemory<byte> command) =>
        await slot.ProposeAsync(new Proposal(header, command), default);

    /// <summary>Proposes a command of the control shard.</summary>
    public Task<Result<CommandOutcome>> ProposeAsync(ControlCommand command) =>
        ProposeAsync(ControlSlot, new EntryHeader { Kind = EntryKind.Control, Cause = EntryCause.System }, ControlCommandCodec.Encode(command));

    /// <summary>Ends when none of the engine's own threads has anything to do.</summary>
    public async Task SettleAsync()
    {
        await _parts.Driver.YieldAsync();
        await IoIdleAsync();
        await _parts.Driver.YieldAsync();
    }

    /// <summary>Stops in order: shards checkpointed, log sealed, node file clean.</summary>
    public async Task StopAsync()
    {
        await DataSlot.StopAsync(default);
        await ControlSlot.StopAsync(default);
        await SettleAsync();
        ReplicaStatus[] ends = [.. _slots.Select(slot => slot.Status)];
        foreach (ReplicaSlot slot in _slots)
        {
            await slot.DisposeAsync();
        }

        await _log!.Inner.CloseAsync(default);
        ShardPoint[] points = [.. ends.OrderBy(end => end.Shard).Select(PointOf)];
        _folder.Write(_record with { State = NodeState.Clean, KeyRingGeneration = _ring!.Generation, Points = [.. points] });
        await DisposeAsync();
    }

    /// <summary>Ends at once, as a killed process does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        foreach (ReplicaSlot slot in _slots)
        {
            await slot.DisposeAsync();
        }

        _exchange?.Dispose();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }

        _io.Dispose();
        _ring?.Dispose();
        _metrics.Dispose();
    }

    private async Task OpenAsync()
    {
        _parts.Files.CreateDirectory(Folder);
        OpenRecord();
        var keys = new KeyRingFolder(_parts.Files, _folder.Keys, _parts.Clock, _parts.Random);
        Result<KeyRing> ring = _record.State == NodeState.Creating ? keys.Create(Cluster, RootKey) : keys.Open(RootKey, _record.KeyRingGeneration);
        _ring = ring.IsOk ? ring.Value : throw new RefusedStartException(ring.Error);
        bool isClean = _record.State == NodeState.Clean;
        _log = new PumpedLog(
            SegmentedLog.OpenManual(LogOptions, _parts.Files, _ring, _parts.Random, _parts.Clock, new LogHooks { Found = isClean ? CheckEnd : null }),
            _parts.Driver, _parts.Appended, _parts.Bug);
        _exchange = new SnapshotExchange(new NoFetcher(), _log, new SnapshotOptions(), _environment);
        await OpenSlotAsync(ShardId.Control);
        await OpenSlotAsync(Data);
        if (isClean)
        {
            CheckPoints();
        }

        NodeState before = _record.State;
        _record = _record with
        {
            State = before == NodeState.Creating ? before : NodeState.Running,
            Starts = _record.Starts + 1,
            KeyRingGeneration = _ring.Generation,
            Points = [],
        };
        _folder.Write(_record);
        Recovered[ShardId.Control] = (await ControlSlot.StartAsync(default)).LastRecovered;
        Recovered[Data] = (await DataSlot.StartAsync(default)).LastRecovered;
        await EnsureClusterAsync(before == NodeState.Creating);
    }

    private void OpenRecord()
    {
        Result<NodeRecord> read = _folder.Read();
        if (read.IsOk && read.Value.State != NodeState.Creating)
        {
            _record = read.Value;
            return;
        }

        if (!read.IsOk && read.Error.Code != ErrorCode.NotFound)
        {
            throw new RefusedStartException(read.Error);
        }

        if (read.IsOk)
        {
            _folder.RemoveUnfinished();
        }
        else if (_parts.Files.ListDirectories(Folder).Count > 0)
        {
            throw new RefusedStartException(new NacreError(ErrorCode.Malformed, $"{Folder} is not empty and is no data folder: name another one."));
        }

        IsNew = true;
        _record = new NodeRecord(NodeState.Creating, Cluster, new NodeId(1), 1, 0, 0, 0, []);
        _folder.Write(_record);
    }

    private async Task EnsureClusterAsync(bool isNew)
    {
        await EnsureAsync(ProposeAsync(new CreateCluster(Cluster, 1)));
        ulong remembered = Catalog.KeyRingGeneration;
        if (_ring!.Generation < remembered)
        {
            throw new RefusedStartException(new NacreError(
                ErrorCode.Corrupt, $"The key ring in {_folder.Keys} is an older copy, generation {_ring.Generation} where {remembered} was written: put back the newest."));
        }

        if (_ring.Generation > remembered)
        {
            await EnsureAsync(ProposeAsync(new RecordKeyRingGeneration(_ring.Generation)));
        }

        if (isNew)
        {
            await EnsureAsync(ProposeAsync(DataSlot, new EntryHeader { Kind = EntryKind.Data, Operations = 1 }, RangeCommand.Activate(Items.Range).Encode()));
            _record = _record with { State = NodeState.Running };
            _folder.Write(_record);
        }
    }

    /// <summary>Draws a new data key, and has it used from now on, as an operator's rotation does.</summary>
    public async Task RotateAsync()
    {
        Result<DataKeyId> rotated = _ring!.RotateDataKey(KeyDomainId.Shared);
        if (!rotated.IsOk)
        {
            throw new RefusedStartException(rotated.Error);
        }

        await _log!.Inner.RollAsync();
        await EnsureAsync(ProposeAsync(new RecordKeyRingGeneration(_ring.Generation)));
    }

    /// <summary>What a start, or a rotation, cannot go on without.</summary>
    private static async Task EnsureAsync(Task<Result<CommandOutcome>> proposing)
    {
        Result<CommandOutcome> answer = await proposing;
        if (!answer.IsOk || answer.Value.Code != ErrorCode.None)
        {
            throw new RefusedStartException(answer.Error ?? new NacreError(answer.Value.Code, "A command that every start makes was refused."));
        }
    }

    private static SegmentedLogOptions LogOptions => new()
    {
        Directory = $"{Folder}/log",
        SegmentBytes = 128 << 10,
        InitialSegmentBytes = 64 << 10,
        ReserveBytes = 8 << 10,
        SpareSegments = 1,
    };

    private ShardPoint PointOf(ReplicaStatus status)
    {
        ShardLogState log = _log!.StateOf(status.Shard);
        return new ShardPoint(status.Shard, log.LastIndex, log.LastTerm, status.Applied, status.RunningHash);
    }
}

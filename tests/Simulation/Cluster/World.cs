using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>A cluster of one shard with its clients, its operator and all that befalls it, decided by one seed.</summary>
/// <remarks>One thread; nothing in it asks for the time, for chance, or for the order of a hash table.</remarks>
internal sealed partial class World
{
    public const long TickMicroseconds = 10_000;
    private const int FaultyEvents = 18_000;
    private const int LeastEvents = 20_000;
    private const long MostMicroseconds = 120_000_000;
    private readonly SortedDictionary<ulong, SimReplica> _replicas = [];
    private readonly List<Client> _clients = [];
    private readonly long[] _probes = new long[Enum.GetValues<Probe>().Length];
    private readonly int _voters;
    private ulong _lastId;
    private ulong _lastContext;

    /// <summary>A replica that lost its disk was removed, and none promoted in its place yet.</summary>
    private bool _owesRebuilt;

    public World(ulong seed, Bug bug)
    {
        Seed = seed;
        Bug = bug;
        Chance = new SeededRandom(Mixing.Of(0x4E61637265, seed));
        Rules = new Rules(this);
        int drawn = Chance.Next(10);
        _voters = drawn == 0 ? 1 : drawn < 7 ? 3 : 5;
        CheckpointEntries = 20 + Chance.Next(200);
        KeptEntries = 1 + Chance.Next(100);
        Options = new RaftOptions
        {
            HeartbeatTicks = 2 + Chance.Next(2),
            MaxInFlightMessages = 1 + Chance.Next(16),
            MaxMessageBytes = 1 << 10,
            MaxTailBytes = Chance.OneIn(2) ? 200 : 1 << 20,
            MaxPromotionLag = 50,
        };
        _lastId = (ulong)_voters;
        LastSet = ReplicaSet.Initial([.. Enumerable.Range(1, _voters).Select(id => (new ReplicaId((ulong)id), new NodeId((uint)id)))]);
        Rules.BeginWith(LastSet);
        for (ulong id = 1; id <= _lastId; id++)
        {
            _replicas[id] = new SimReplica(this, id, LastSet);
        }
    }

    public ulong Seed { get; }

    public Bug Bug { get; }

    public SeededRandom Chance { get; }

    public EventQueue Queue { get; } = new();

    public Rules Rules { get; }

    public RaftOptions Options { get; }

    public int CheckpointEntries { get; }

    public int KeptEntries { get; }

    /// <summary>The last set that was committed.</summary>
    public ReplicaSet LastSet { get; private set; }

    /// <summary>Operations of clients that were answered.</summary>
    public int Completed { get; set; }

    public bool ClientsRest { get; private set; }

    /// <summary>Runs the seed.</summary>
    public SimulationResult Run()
    {
        string? violation = null;
        try
        {
            RunAll();
        }
        catch (Exception cause) when (cause is ViolationException or InvariantViolationException)
        {
            violation = cause.Message + (Bug == Bug.None ? "" : "; " + State());
        }
        catch (Exception cause) when (Bug != Bug.None)
        {
            // A shell with a planted bug may also trip over what it has done.
            violation = cause.Message;
        }

        return new SimulationResult(Seed, Queue.Hash, Queue.Count, Completed, Faults, Rules.Changes, Rules.Applies, _probes, violation);
    }

    public void Hit(Probe probe) => _probes[(int)probe]++;

    public ulong NextContext() => ++_lastContext;

    public SimReplica? Find(ReplicaId id) => _replicas.GetValueOrDefault(id.Value);

    public SimReplica AnyReplica()
    {
        SimReplica[] all = [.. _replicas.Values.Where(replica => !replica.IsRetired)];
        return all[Chance.Next(all.Length)];
    }

    public void SetChanged(ReplicaSet before, ReplicaSet after)
    {
        LastSet = after;
        if (after.Members.Length != before.Members.Length)
        {
            bool isAdded = after.Members.Length > before.Members.Length;
            Hit(isAdded ? Probe.LearnerAdded : Probe.MemberRemoved);
            _owesRebuilt |= !isAdded && before.Members.Any(member => _replicas[member.Id.Value].LostItsDisk && after.Find(member.Id) is null);
        }
        else
        {
            bool isPromoted = after.Voters > before.Voters;
            Hit(isPromoted ? Probe.LearnerPromoted : Probe.VoterDemoted);
            if (isPromoted && _owesRebuilt)
            {
                _owesRebuilt = false;
                Hit(Probe.RebuiltReplicaPromoted);
            }
        }
    }

    private SimReplica? Leader()
    {
        SimReplica? leader = null;
        foreach (SimReplica replica in _replicas.Values)
        {
            if (replica.IsUp && replica.Core.Role == RaftRole.Leader && (leader is null || replica.Core.Term > leader.Core.Term))
            {
                leader = replica;
            }
        }

        return leader;
    }

    private void RunAll()
    {
        foreach (SimReplica replica in _replicas.Values)
        {
            replica.Start();
        }

        for (int id = 0; id < 5; id++)
        {
            var client = new Client(this, id);
            _clients.Add(client);
            Queue.After(Chance.Next(50_000), client.Begin);
        }

        Queue.After(300_000, Disturb);
        Queue.After(200_000, Operate);
        while (Queue.Count < FaultyEvents)
        {
            Queue.Step();
        }

        Heal();
        int[] target = [.. _clients.Select(client => client.Completed + 5)];
        long deadline = Queue.Now + MostMicroseconds;
        Until(() => _clients.Zip(target).All(pair => pair.First.Completed >= pair.Second), deadline, "all clients get answers");
        Until(() => Queue.Count >= LeastEvents && IsWhole(), deadline, "the operator gets all replicas whole");
        ClientsRest = true;
        Until(() => _clients.All(client => client.IsIdle), deadline, "the last operations end");
        Until(IsLevel, deadline, "all members apply all entries");
        Rules.Finish(LastSet.Members.Select(member => _replicas[member.Id.Value]));
    }

    private void Until(Func<bool> condition, long deadline, string what)
    {
        for (int step = 0; step % 50 != 0 || !condition(); step++)
        {
            Queue.Step();
            if (Queue.Now > deadline)
            {
                throw new ViolationException($"liveness: not seen that {what}; {State()}");
            }
        }
    }

    private bool IsWhole() => LastSet.Members.All(member => !_replicas[member.Id.Value].LostItsDisk);

    private bool IsLevel()
    {
        if (Leader() is not { Core.LeadsCommitted: true } leader || leader.Core.SetIndex > leader.Core.Commit)
        {
            return false;
        }

        return leader.Core.Set.Members.All(member => _replicas[member.Id.Value] is { IsUp: true } replica &&
            replica.Machine.Applied == leader.Core.LastIndex && replica.Machine.Hash == leader.Machine.Hash);
    }

    private string State() => string.Join("; ", _replicas.Values.Where(replica => replica.IsUp).Select(replica =>
        $"{replica.Id} {replica.Core.Role} term {replica.Core.Term} last {replica.Core.LastIndex} commit {replica.Core.Commit} " +
        $"applied {replica.Machine.Applied} set {replica.Core.SetIndex} [{replica.Core.Set}]{(replica.LostItsDisk ? " lost its disk" : "")}{(replica.Core.IsDisqualified ? " disqualified" : "")}"));
}

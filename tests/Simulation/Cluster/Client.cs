using Nacre.Core.Ids;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>A client as the SDK is one: it goes to who it takes for the leader, and repeats under the same idempotency key what it has no answer to.</summary>
internal sealed class Client(World world, int id)
{
    // Invariants:
    // - one operation at a time; its sequence is the same in all attempts, and none is above it;
    // - an answer counts for the operation that it was asked for.
    private readonly ulong[] _known = new ulong[Machine.Keys];
    private Request? _operation;
    private ulong _sequence;
    private ulong _leader = 1;
    private ulong _bound;
    private int _attempt;

    public int Completed { get; private set; }

    public bool IsIdle => _operation is null;

    /// <summary>Requests of this operation that may still come to a replica.</summary>
    public int Copies { get; set; }

    public void Begin()
    {
        if (world.ClientsRest)
        {
            return;
        }

        int key = world.Chance.Next(Machine.Keys);
        bool isRead = world.Chance.OneIn(3);
        var command = new Command(id, ++_sequence, key, _known[key], world.Chance.NextUInt64());
        _operation = new Request(this, command, isRead);
        _bound = world.Rules.LowerBound(key);
        Copies = 0;
        Attempt();
    }

    public void Receive(Request request, in Reply reply)
    {
        if (!ReferenceEquals(request, _operation))
        {
            return;
        }

        switch (reply.Kind)
        {
            case ReplyKind.Done:
                _known[request.Command.Key] = reply.Version;
                if (request.IsRead)
                {
                    world.Rules.ReadAnswered(request.Command.Key, new Cell(reply.Version, reply.Value), _bound);
                }
                else
                {
                    world.Rules.WriteAnswered(request.Command, new Outcome(reply.IsDone, reply.Version));
                    if (!reply.IsDone)
                    {
                        world.Hit(Probe.VersionConflict);
                    }
                }

                Completed++;
                world.Completed++;
                Finish();
                break;
            case ReplyKind.Denied:
                if (Copies == 1)
                {
                    world.Rules.Denied(request.Command);
                }

                Finish();
                break;
            default:
                if (reply.Leader.Value > 0)
                {
                    _leader = reply.Leader.Value;
                }

                int attempt = ++_attempt;
                world.Queue.After(3_000 + world.Chance.Next(20_000), () => Again(attempt));
                break;
        }
    }

    private void Finish()
    {
        _operation = null;
        _attempt++;
        world.Queue.After(500 + world.Chance.Next(8_000), Begin);
    }

    private void Again(int attempt)
    {
        if (attempt == _attempt && _operation is not null)
        {
            Attempt();
        }
    }

    private void Attempt()
    {
        int attempt = ++_attempt;
        bool elsewhere = world.Chance.OneIn(_operation!.IsRead ? 2 : 6);
        ulong target = elsewhere ? world.AnyReplica().Id.Value : _leader;
        Copies++;
        world.Ask(_operation, new ReplicaId(target));
        world.Queue.After(150_000 + world.Chance.Next(300_000), () =>
        {
            if (attempt == _attempt && _operation is not null)
            {
                // The outcome is unknown: the same again, perhaps elsewhere.
                _leader = world.AnyReplica().Id.Value;
                Attempt();
            }
        });
    }
}

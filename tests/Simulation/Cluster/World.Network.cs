using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>The network: loses, delays, doubles, reorders, is cut.</content>
internal sealed partial class World
{
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly Dictionary<(ulong From, ulong To), int> _connections = [];
    private int _lossOneIn = 200;
    private int _doubleOneIn = 100;
    private int _slowOneIn = 50;
    private long _slowest = 30_000;

    public void Send(SimReplica from, RaftMessage message)
    {
        if (message.Kind == RaftMessageKind.TimeoutNow)
        {
            NoteTransfer(message);
        }

        void Arrive()
        {
            if (Find(message.To) is { IsUp: true } to)
            {
                to.Receive(message);
            }
        }

        Deliver(from.Id.Value, message.To.Value, Arrive);
        if (_isHealed)
        {
            return;
        }

        if (message.Kind == RaftMessageKind.Vote)
        {
            // Once more, long after the election: who voted in that term must remember it.
            Queue.After(World.TickMicroseconds * Options.ElectionTicks * (11 + Chance.Next(30)) / 10, Arrive);
        }
        else if (message.Kind == RaftMessageKind.VoteAnswer && message.IsAccepted && Chance.OneIn(6))
        {
            LoseVoterAfterVote(from, message.To);
        }
    }

    /// <summary>A voter crashes in the moment after it voted, comes back, and does not hear of whom it elected.</summary>
    private void LoseVoterAfterVote(SimReplica voter, ReplicaId candidate)
    {
        Queue.After(Chance.Next(300), () =>
        {
            if (voter.IsUp && !_isHealed)
            {
                voter.Crash();
                Queue.After(1_000 + Chance.Next(20_000), () => Restart(voter));
            }
        });
        _cut.Add((candidate.Value, voter.Id.Value));
        Queue.After(200_000 + Chance.Next(300_000), () => _cut.Remove((candidate.Value, voter.Id.Value)));
    }

    public void SendSnapshot(SimReplica from, ReplicaId to, Machine image, int number) =>
        Queue.After(2_000 + Chance.Next(30_000), () => Deliver(from.Id.Value, to.Value, () =>
        {
            if (Find(to) is { IsUp: true } receiver)
            {
                receiver.ReceiveSnapshot(from.Id, image, number);
            }
        }));

    public void AnswerSnapshot(SimReplica from, ReplicaId to, int number, LogIndex index) =>
        Deliver(from.Id.Value, to.Value, () =>
        {
            if (Find(to) is { IsUp: true } sender)
            {
                sender.EndSnapshot(from.Id, number, index);
            }
        });

    public void Ask(Request request, ReplicaId to)
    {
        if (Chance.OneIn(_doubleOneIn))
        {
            request.Client.Copies++;
            DeliverOnce(0, to.Value, () => Find(to)?.ReceiveIfUp(request));
        }

        DeliverOnce(0, to.Value, () => Find(to)?.ReceiveIfUp(request));
    }

    public void Answer(Waiting waiting, Reply reply) =>
        DeliverOnce(waiting.Replica.Id.Value, 0, () => waiting.Request.Client.Receive(waiting.Request, reply));

    /// <summary>Nobody answers: the client finds out by its timeout.</summary>
    public void Forget(in Waiting waiting) => Queue.Mix(waiting.Request.Command.Sequence);

    private void Deliver(ulong from, ulong to, Action action)
    {
        DeliverOnce(from, to, action);
        if (Chance.OneIn(_doubleOneIn))
        {
            DeliverOnce(from, to, action);
        }
    }

    private void DeliverOnce(ulong from, ulong to, Action action)
    {
        if (Chance.OneIn(_lossOneIn) || _cut.Contains((from, to)))
        {
            return;
        }

        long delay = 100 + Chance.Next(1_500);
        if (Chance.OneIn(_slowOneIn))
        {
            delay += Chance.Next((int)_slowest);
        }

        int connection = _connections.GetValueOrDefault((from, to));
        Queue.After(delay, () =>
        {
            if (!_cut.Contains((from, to)) && connection == _connections.GetValueOrDefault((from, to)))
            {
                action();
            }
        });
    }

    /// <summary>A connection breaks with what is on its way, and is there again.</summary>
    private void Reconnect(SimReplica from, SimReplica to)
    {
        _connections[(from.Id.Value, to.Id.Value)] = _connections.GetValueOrDefault((from.Id.Value, to.Id.Value)) + 1;
        Hit(Probe.ReconnectedInMidBatch);
        if (from.IsUp)
        {
            from.Core.Step(RaftInput.Unreachable(to.Id));
            from.Pump();
        }
    }

    private void Partition(IReadOnlyList<SimReplica> all)
    {
        switch (Chance.Next(4))
        {
            case 0:
                Hit(Probe.PartitionHalves);
                HashSet<ulong> half = [.. all.Where(_ => Chance.OneIn(2)).Select(replica => replica.Id.Value)];
                if (Leader() is { } leader && Chance.OneIn(2))
                {
                    half = [leader.Id.Value];
                }

                CutWhere(all, (from, to) => half.Contains(from) != half.Contains(to));
                break;
            case 1:
                Hit(Probe.PartitionOneWay);
                _cut.Add((AnyReplica().Id.Value, AnyReplica().Id.Value));
                break;
            case 2:
                Hit(Probe.PartitionRing);
                ulong[] ring = [.. all.Select(replica => replica.Id.Value)];
                CutWhere(all, (from, to) =>
                {
                    int apart = Math.Abs(Array.IndexOf(ring, from) - Array.IndexOf(ring, to));
                    return apart != 1 && apart != ring.Length - 1;
                });
                break;
            default:
                Hit(Probe.PartitionFlapping);
                Flap(AnyReplica().Id.Value, 2 + Chance.Next(8));
                break;
        }
    }

    private void CutWhere(IReadOnlyList<SimReplica> all, Func<ulong, ulong, bool> isCut)
    {
        foreach (SimReplica from in all)
        {
            foreach (SimReplica to in all)
            {
                if (from != to && isCut(from.Id.Value, to.Id.Value))
                {
                    _cut.Add((from.Id.Value, to.Id.Value));
                }
            }
        }
    }

    private void Flap(ulong id, int times)
    {
        if (times == 0 || _isHealed)
        {
            return;
        }

        SimReplica[] all = [.. _replicas.Values];
        if (times % 2 == 0)
        {
            CutWhere(all, (from, to) => from == id || to == id);
        }
        else
        {
            _cut.Clear();
        }

        Queue.After(10_000 + Chance.Next(100_000), () => Flap(id, times - 1));
    }
}

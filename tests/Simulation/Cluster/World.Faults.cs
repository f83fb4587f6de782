using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>What befalls the cluster.</content>
internal sealed partial class World
{
    private bool _isHealed;
    private (ReplicaId From, ReplicaId To) _transfer;

    /// <summary>Faults so far.</summary>
    public int Faults { get; private set; }

    /// <summary>A replica stops by itself; it is started again.</summary>
    public void Stop(SimReplica replica)
    {
        replica.Crash();
        Queue.After(Chance.OneIn(3) ? 1_000 + Chance.Next(20_000) : 20_000 + Chance.Next(500_000), () => Restart(replica));
    }

    /// <summary>A step that a crash should come into now and then begins at a replica.</summary>
    /// <param name="replica">Which.</param>
    /// <param name="within">How long the step takes at most, in microseconds.</param>
    public void MayStop(SimReplica replica, int within)
    {
        if (!_isHealed && Chance.OneIn(12))
        {
            Faults++;
            replica.Plan(Chance.Next(within), () => Stop(replica));
        }
    }

    public void LeaderElected(SimReplica replica)
    {
        Hit(Probe.LeaderElected);
        if (_transfer.To == replica.Id)
        {
            Hit(Probe.TransferDone);
        }

        _transfer = default;
        if (!_isHealed && Chance.OneIn(3))
        {
            // Before an entry of its term is committed, changes must be refused.
            Queue.After(Chance.Next(5_000), OperateOnce);
        }
    }

    private void NoteTransfer(in RaftMessage message)
    {
        _transfer = (message.From, message.To);
        if (Find(message.From) is { } from && from.Core.Set.Find(from.Id)?.Kind != ReplicaKind.Voter)
        {
            Hit(Probe.LeaderLeft);
        }
    }

    private static void Restart(SimReplica replica)
    {
        if (!replica.IsUp && !replica.IsRetired)
        {
            replica.Start();
        }
    }

    private void Disturb()
    {
        if (_isHealed)
        {
            return;
        }

        Queue.After(20_000 + Chance.Next(250_000), Disturb);
        SimReplica replica = Leader() is { } leader && Chance.OneIn(3) ? leader : AnyReplica();
        Faults++;
        switch (Chance.Next(20))
        {
            case < 4 when replica.IsUp:
                Stop(replica);
                break;
            case 5 when Leader() is { } led:
                // It does not notice by its own clock that it leads nobody any more.
                led.ClockDivisor = 10 + Chance.Next(10);
                Hit(Probe.ClockSlow);
                CutWhere([.. _replicas.Values], (from, to) => from == led.Id.Value || to == led.Id.Value);
                Queue.After(300_000 + Chance.Next(500_000), () =>
                {
                    led.ClockDivisor = 1;
                    _cut.Clear();
                });
                break;
            case 4 when Chance.OneIn(2):
                foreach (SimReplica up in _replicas.Values.Where(up => up.IsUp).ToArray())
                {
                    Stop(up);
                }

                break;
            case 6 or 7 or 8:
                Partition([.. _replicas.Values]);
                Queue.After(50_000 + Chance.Next(600_000), _cut.Clear);
                break;
            case 9 or 15:
                (_lossOneIn, _doubleOneIn, _slowOneIn, _slowest) = (4 + Chance.Next(10), 5 + Chance.Next(10), 3 + Chance.Next(5), Chance.OneIn(2) ? 700_000 : 200_000);
                Queue.After(50_000 + Chance.Next(300_000), () => (_lossOneIn, _doubleOneIn, _slowOneIn, _slowest) = (200, 100, 50, 30_000));
                break;
            case 10:
                replica.DiskSlowness = 20 + Chance.Next(200);
                Queue.After(50_000 + Chance.Next(500_000), () => replica.DiskSlowness = 1);
                break;
            case 11:
                replica.FlushFails = replica.IsUp;
                break;
            case 12 or 13:
                replica.DiskIsFull = true;
                Queue.After(20_000 + Chance.Next(200_000), () => replica.DiskIsFull = false);
                break;
            case 14:
                replica.ClockDivisor = 3 + Chance.Next(20);
                Hit(Probe.ClockSlow);
                Queue.After(100_000 + Chance.Next(500_000), () => replica.ClockDivisor = 1);
                break;
            case 16:
                Reconnect(replica, AnyReplica());
                break;
            case 17 or 18:
                LoseDisk(replica);
                break;
            default:
                foreach (SimReplica kept in _replicas.Values)
                {
                    kept.KeepImage();
                }

                break;
        }
    }

    /// <summary>
    /// A disk comes back as an older image. Raft bears this as it bears a replica that is gone for good: at most one of
    /// three or more voters, and only when no change is under way.
    /// </summary>
    private void LoseDisk(SimReplica replica)
    {
        if (LastSet.Find(replica.Id)?.Kind != ReplicaKind.Voter || LastSet.Voters < 3 || !IsWhole() ||
            Leader() is not { } leader || leader.Core.SetIndex > leader.Core.Commit ||
            LastSet.Members.Any(member => _replicas[member.Id.Value] is not { IsUp: true } up || up.Core.SetIndex != leader.Core.SetIndex))
        {
            return;
        }

        replica.Crash();
        replica.LoseDisk();
        replica.Start();
        if (Chance.OneIn(2) && leader.IsUp && leader != replica)
        {
            Stop(leader);
        }
    }

    private void Heal()
    {
        _isHealed = true;
        _cut.Clear();
        (_lossOneIn, _doubleOneIn, _slowOneIn, _slowest) = (1_000_000, 100, 50, 5_000);
        foreach (SimReplica replica in _replicas.Values)
        {
            (replica.DiskIsFull, replica.FlushFails, replica.DiskSlowness, replica.ClockDivisor) = (false, false, 1, 1);
            Restart(replica);
        }
    }

    private void Operate()
    {
        Queue.After(30_000 + Chance.Next(200_000), Operate);
        OperateOnce();
    }

    private void OperateOnce()
    {
        if (Leader() is not { } leader)
        {
            return;
        }

        ReplicaSet set = leader.Core.Set;
        if (set.Members.FirstOrDefault(member => _replicas[member.Id.Value].LostItsDisk) is { Id.Value: > 0 } lost)
        {
            // First of all a replica that is gone is replaced, and nothing else is changed before.
            Change(leader, ReplicaSetChange.Remove(lost.Id));
            return;
        }

        if (_isHealed && set.Voters >= 3)
        {
            return;
        }

        Replica member = set.Members[Chance.Next(set.Members.Length)];
        switch (Chance.Next(6))
        {
            case 0 when set.Members.Length < _voters + 2:
                var joins = new SimReplica(this, ++_lastId, ReplicaSet.Empty);
                _replicas[_lastId] = joins;
                joins.Start();
                Change(leader, ReplicaSetChange.AddLearner(joins.Id, new NodeId((uint)joins.Id.Value)));
                break;
            case 1 when set.Voters > Math.Min(_voters, 3) || (set.Voters > 1 && _voters < 5):
                Change(leader, ReplicaSetChange.Remove(member.Id));
                break;
            case 2 when set.Voters > 3 && member.Kind == ReplicaKind.Voter:
                Change(leader, ReplicaSetChange.Demote(member.Id));
                break;
            case 3 or 4:
                leader.Core.Step(RaftInput.Transfer(member.Id));
                leader.Pump();
                if (!Chance.OneIn(3) && !_isHealed)
                {
                    // A leader that is cut off while it hands over does not hear of the new term.
                    Queue.After(Chance.Next(4_000), () => CutOff(leader));
                }

                break;
            default:
                foreach (Replica learner in set.Members.Where(learner => learner.Kind == ReplicaKind.Learner))
                {
                    Change(leader, ReplicaSetChange.Promote(learner.Id));
                }

                break;
        }

        foreach (SimReplica removed in _replicas.Values.Where(removed => !removed.IsRetired && LastSet.IsRemoved(removed.Id)).ToArray())
        {
            if (Chance.OneIn(4))
            {
                removed.Retire();
            }
        }
    }

    private void CutOff(SimReplica replica)
    {
        CutWhere([.. _replicas.Values], (from, to) => from == replica.Id.Value || to == replica.Id.Value);
        Queue.After(50_000 + Chance.Next(200_000), _cut.Clear);
    }

    private static void Change(SimReplica leader, ReplicaSetChange change)
    {
        leader.Core.ProposeChange(change);
        leader.Pump();
    }
}

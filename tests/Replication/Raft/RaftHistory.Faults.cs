using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <content>Faults, and what operators do meanwhile.</content>
internal sealed partial class RaftHistory
{
    private void Disturb(RaftNode node)
    {
        ulong id = node.Id.Value;
        switch (_chance.Next(18))
        {
            case 0 or 1 when node.IsUp:
                node.FlushUntold(_chance.Next(3));
                Cluster.Crash(id);
                Counts.Crashes++;
                break;
            case 2 or 3 or 4:
                if (Cluster.Nodes.Where(n => !n.IsUp).ToArray() is { Length: > 0 } down)
                {
                    Cluster.Restart(Any(down).Id.Value);
                }

                break;
            case 5:
                if (_chance.OneIn(2) && Cluster.Leader is { } led)
                {
                    id = _slowClock = led.Id.Value;
                }

                Cluster.Isolate(id);
                break;
            case 6:
                Cluster.Cut(id, Any(Cluster.Nodes).Id.Value);
                break;
            case 7 or 8:
                Cluster.Heal();
                _slowClock = 0;
                foreach (RaftNode other in Cluster.Nodes)
                {
                    other.MaxPersistBytes = 1 << 20;
                }

                _lossOneIn = _chance.OneIn(3) ? 4 : 40;
                break;
            case 9 when node.IsUp:
                LogIndex last = node.Core.LastIndex;
                ReplicaSet before = node.Core.Set;
                node.Refuse();
                if (node.Core.LastIndex < last)
                {
                    // What it takes back may be the very change that made it the sole member.
                    Assert.That(before.Members, Has.Length.EqualTo(1), "only a sole member takes back");
                    Cluster.Rules.TakeBack(node);
                }

                Cluster.Pump(node);
                Counts.Refusals++;
                break;
            case 10 when node.IsUp:
                node.MaxPersistBytes = _chance.OneIn(3) ? 0 : 1 + _chance.Next(500);
                Cluster.Pump(node);
                break;
            case 11 when node.IsUp:
                node.CheckpointAndRelease(new LogIndex((ulong)_chance.Next((int)node.Applied.Value + 1)));
                break;
            case 12 when Cluster.Leader is { } leader:
                Cluster.On(leader.Id.Value, core => core.Step(RaftInput.Transfer(node.Id)));
                Counts.Transfers += leader.Core.TransferTarget.Value > 0 ? 1 : 0;
                break;
            case >= 13:
                Change();
                break;
        }
    }

    private void Change()
    {
        if (Cluster.Leader is not { } leader)
        {
            return;
        }

        ReplicaSet set = leader.Core.Set;
        Replica member = set.Members[_chance.Next(set.Members.Length)];
        ReplicaSetChange change;
        switch (_chance.Next(4))
        {
            case 0 when set.Members.Length < _voters + 2:
                Cluster.Join(++_lastId);
                change = ReplicaSetChange.AddLearner(new ReplicaId(_lastId), new NodeId((uint)_lastId));
                break;
            case 1 when set.Voters > 1 && set.Members.Length > _voters - 1:
                change = ReplicaSetChange.Remove(member.Id);
                break;
            case 2 when set.Voters > 2 && member.Kind == ReplicaKind.Voter:
                change = ReplicaSetChange.Demote(member.Id);
                break;
            default:
                change = ReplicaSetChange.Promote(member.Id);
                break;
        }

        Cluster.Change(leader.Id.Value, change);
    }
}

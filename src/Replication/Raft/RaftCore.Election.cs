using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>Elections (§5.2): a vote counts once the hard state that records it is flushed.</content>
public sealed partial class RaftCore
{
    private void Campaign()
    {
        if (Role != RaftRole.Follower)
        {
            return;
        }

        Role = RaftRole.Candidate;
        _hardState = new HardState(Term.Next, _self);
        Array.Clear(_granted);
    }

    private void OnHardStatePersisted(HardState durable)
    {
        if (Role == RaftRole.Candidate && durable == _hardState)
        {
            _granted[Ordinal(_self)] = true;
            if (_granted.Count(granted => granted) >= Quorum)
            {
                BecomeLeader();
            }
        }
    }

    private void BecomeLeader()
    {
        Invariant.Check(VotedFor == _self);
        Role = RaftRole.Leader;
        Array.Clear(_match);
        _match[Ordinal(_self)] = _persisted;
        Append(_opening());
        _termStart = LastIndex;
    }

    private void BecomeFollower()
    {
        Role = RaftRole.Follower;
        _termStart = default;
    }

    private int Quorum => _voters.Length / 2 + 1;

    private int Ordinal(ReplicaId voter)
    {
        int ordinal = _voters.IndexOf(voter);
        Invariant.Check(ordinal >= 0);
        return ordinal;
    }
}

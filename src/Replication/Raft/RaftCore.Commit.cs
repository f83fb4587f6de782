using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <content>Flush notices, and what they commit (§5.3, §5.4.2).</content>
public sealed partial class RaftCore
{
    private void OnPersisted(in RaftMessage message)
    {
        if (message.Index.Value > 0)
        {
            Invariant.Check(message.Index > _persisted);
            Invariant.Check(message.Index <= _given);
            _persisted = message.Index;
            _persistedTerm = message.LogTerm;
            if (Role == RaftRole.Leader)
            {
                _match[Ordinal(_self)] = _persisted;
                AdvanceCommit();
            }
        }

        if (message.HardState is { } durable)
        {
            OnHardStatePersisted(durable);
        }
    }

    /// <summary>
    /// The disk is full. Nothing of what was given out and is not flushed reached it, so a sole voter takes it all
    /// back: nobody else can hold these entries, and nobody was told of them.
    /// </summary>
    private void OnPersistRefused()
    {
        Invariant.Check(Commit <= _persisted);
        _tail.CutAfter(_persisted);
        LastIndex = _given = _persisted;
        LastTerm = _persistedTerm;
        if (Role == RaftRole.Candidate || (Role == RaftRole.Leader && _termStart > LastIndex))
        {
            BecomeFollower();
        }
    }

    private void AdvanceCommit()
    {
        LogIndex agreed = QuorumMatch();
        if (agreed > Commit && agreed >= _termStart)
        {
            Invariant.Check(agreed <= LastIndex);
            Commit = agreed;
        }
    }

    /// <summary>The highest index that a quorum of voters has flushed.</summary>
    private LogIndex QuorumMatch()
    {
        Span<LogIndex> sorted = stackalloc LogIndex[_match.Length];
        _match.CopyTo(sorted);
        sorted.Sort();
        return sorted[^Quorum];
    }
}

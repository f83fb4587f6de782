using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <summary>What a replica knows of another member: its vote, and as a leader how far its log has come.</summary>
/// <param name="id">The member.</param>
internal sealed class Progress(ReplicaId id)
{
    // Invariants:
    // - Match < Next, and neither Match nor AnsweredRound falls in one term;
    // - in flight are appends with entries that end above Match, in order; only in state Replicate.

    private (LogIndex Last, long Bytes)[] _inFlight = [];
    private int _first;

    /// <summary>The member.</summary>
    public ReplicaId Id { get; } = id;

    /// <summary>Whether it votes.</summary>
    public ReplicaKind Kind { get; set; }

    /// <summary>Its answer in the election that this replica runs; null before it has come.</summary>
    public bool? Vote { get; set; }

    /// <summary>How it is sent to.</summary>
    public ProgressState State { get; private set; }

    /// <summary>The last entry of which it said that it is flushed there.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>The next entry to send.</summary>
    public LogIndex Next { get; private set; }

    /// <summary>The last read round that it answered.</summary>
    public ulong AnsweredRound { get; private set; }

    /// <summary>The last commit index that it was told.</summary>
    public LogIndex ToldCommit { get; set; }

    /// <summary>A commit index that it is told at once: a read was answered to it with that index, or the replica set has changed.</summary>
    public LogIndex AwaitedCommit { get; set; }

    /// <summary>True when it has answered since the last check of the quorum.</summary>
    public bool IsActive { get; set; }

    /// <summary>In state Probe: a message is on its way.</summary>
    public bool HasProbe { get; set; }

    /// <summary>The shell reads entries for it.</summary>
    public bool IsReading { get; set; }

    /// <summary>Appends with entries on their way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Bytes of those entries.</summary>
    public long InFlightBytes { get; private set; }

    /// <summary>A new term: nothing is known.</summary>
    public void Restart(LogIndex next)
    {
        Match = ToldCommit = AwaitedCommit = default;
        AnsweredRound = 0;
        IsActive = IsReading = false;
        Vote = null;
        Probe(next);
    }

    /// <summary>Sends one message at a time from an entry on.</summary>
    public void Probe(LogIndex next)
    {
        State = ProgressState.Probe;
        Next = next > Match ? next : Match.Next;
        HasProbe = false;
        ForgetInFlight();
    }

    /// <summary>Sends nothing until a snapshot is through.</summary>
    public void AwaitSnapshot()
    {
        State = ProgressState.Snapshot;
        ForgetInFlight();
    }

    /// <summary>True when an append with entries may be sent.</summary>
    public bool CanSend(RaftOptions options) => State switch
    {
        ProgressState.Probe => !HasProbe && !IsReading,
        ProgressState.Replicate =>
            !IsReading && InFlight < options.MaxInFlightMessages && InFlightBytes < options.MaxInFlightBytes,
        _ => false,
    };

    /// <summary>An append with entries was sent.</summary>
    public void Sent(LogIndex last, long bytes, int limit)
    {
        if (State == ProgressState.Probe)
        {
            HasProbe = true;
            return;
        }

        Invariant.Check(State == ProgressState.Replicate);
        Invariant.Check(InFlight < limit);
        if (InFlight == _inFlight.Length)
        {
            Grow(limit);
        }

        _inFlight[(_first + InFlight) % _inFlight.Length] = (last, bytes);
        InFlight++;
        InFlightBytes += bytes;
        Next = last.Next;
    }

    /// <summary>The peer has flushed its entries through an index, and they agree with this log.</summary>
    public void Acknowledge(LogIndex index)
    {
        bool advances = index > Match;
        Match = advances ? index : Match;
        switch (State)
        {
            case ProgressState.Probe:
                State = ProgressState.Replicate;
                Next = Match.Next;
                break;
            case ProgressState.Snapshot:
                Next = Next > Match ? Next : Match.Next;
                break;
            default:
                Next = Next > Match ? Next : Match.Next;
                while (InFlight > 0 && _inFlight[_first].Last <= Match)
                {
                    InFlightBytes -= _inFlight[_first].Bytes;
                    _first = (_first + 1) % _inFlight.Length;
                    InFlight--;
                }

                break;
        }
    }

    /// <summary>The peer answered a heartbeat.</summary>
    public void AnswerRound(ulong round) => AnsweredRound = round > AnsweredRound ? round : AnsweredRound;

    private void ForgetInFlight()
    {
        _first = InFlight = 0;
        InFlightBytes = 0;
    }

    private void Grow(int limit)
    {
        var larger = new (LogIndex, long)[Math.Min(limit, Math.Max(8, _inFlight.Length * 2))];
        for (int at = 0; at < InFlight; at++)
        {
            larger[at] = _inFlight[(_first + at) % _inFlight.Length];
        }

        _inFlight = larger;
        _first = 0;
    }
}

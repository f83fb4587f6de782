using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>The loop: everything that concerns the Raft core, one round after the other.</content>
public sealed partial class ShardReplica
{
    /// <summary>Rounds that a proposer runs before it leaves the loop to the scheduler: others' work must not keep its caller.</summary>
    private const int ProposerRounds = 2;

    private readonly Inbox _inbox = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Turn _loopTurn = Turn.Held;
    private int _signals;

    private bool _proposerWaits;
    private bool _proposerWrote;

    private RaftCore? _core;
    private LoopItem? _taken;
    private bool _ended;

    private int _publishedRole;
    private ulong _publishedTerm;
    private ulong _publishedLast;
    private ulong _publishedCommit;
    private ulong _publishedLeader;
    private uint _publishedLeaderNode;
    private ReplicaSet _publishedSet = ReplicaSet.Empty;

    /// <inheritdoc/>
    void ILogSink.Flushed(LogAppend append) => Notice(append, ErrorCode.None);

    /// <inheritdoc/>
    void ILogSink.Rejected(LogAppend append, ErrorCode reason) => Notice(append, reason);

    private void Notice(LogAppend append, ErrorCode refusal)
    {
        var batch = (AppendBatch)append.Entries;
        batch.Refusal = refusal;
        _inbox.Add(batch);
        RequestLoop();
    }

    private void Signal(LoopSignals signals)
    {
        Interlocked.Or(ref _signals, (int)signals);
        RequestLoop();
    }

    private void RequestLoop()
    {
        if (_loopTurn.Request())
        {
            _scheduler.Schedule(_loopWork);
        }
    }

    /// <summary>
    /// On the scheduler's thread. What the loop has committed is applied right here, without another change of
    /// threads, if nobody is applying.
    /// </summary>
    private void RunLoopOnScheduler()
    {
        bool applierIsOurs = false;
        while (true)
        {
            applierIsOurs |= RunLoopRound();
            if (_loopTurn.TryEnd())
            {
                break;
            }

            if (applierIsOurs)
            {
                _scheduler.Schedule(_applierWork);
                applierIsOurs = false;
            }
        }

        if (applierIsOurs)
        {
            RunApplier();
        }
    }

    /// <summary>
    /// On a proposer's thread, which applies nothing: its caller wants it back. Unless the caller waits for this anyway and
    /// the log took its entry on this thread: then there is nobody to hand it to, and the answer is ready on return.
    /// </summary>
    private void RunLoopOfProposer(bool mayWait)
    {
        bool applierIsOurs = false;
        bool ended = false;
        bool wrote = false;
        for (int round = 0; round < ProposerRounds && !ended; round++)
        {
            _proposerWaits = mayWait && round == 0;
            applierIsOurs |= RunLoopRound();
            wrote |= _proposerWrote;
            _proposerWaits = _proposerWrote = false;
            ended = _loopTurn.TryEnd();
        }

        if (!ended)
        {
            _scheduler.Schedule(_loopWork);
        }

        if (applierIsOurs)
        {
            if (wrote)
            {
                ApplyAsProposer();
            }
            else
            {
                _scheduler.Schedule(_applierWork);
            }
        }
    }

    /// <summary>One round, for whoever has the loop's turn.</summary>
    /// <returns>True when the caller now has the applier's turn, too.</returns>
    private bool RunLoopRound()
    {
        _loopTurn.Begin();
        bool applierIsOurs = false;
        try
        {
            Round(ref applierIsOurs);
        }
        catch (Exception cause)
        {
            Fail(cause);
        }

        return applierIsOurs;
    }

    /// <param name="applierIsOurs">Set when the caller now has the applier's turn, also where the round then fails: somebody must take it.</param>
    private void Round(ref bool applierIsOurs)
    {
        var signals = (LoopSignals)Interlocked.Exchange(ref _signals, 0);
        if (_ended || (signals & LoopSignals.Stop) != 0)
        {
            End();
            return;
        }

        Invariant.Check(_taken is null);
        _taken = _inbox.TakeAll();
        RaftCore core = _core!;
        if ((signals & LoopSignals.LogHasRoom) != 0)
        {
            _logIsFull = false;
        }

        TakeItems(core, (signals & LoopSignals.Tick) != 0);
        _reads.Ask(core);
        LoseInFlightUnlessLeader(core);
        Publish(core);
        while (core.HasReady(MayAppend))
        {
            Ready ready = core.TakeReady(MayAppend ? _maxAppendBytes : 0);

            // First of all: the others flush while this node does.
            Send(core, ready.Messages);
            applierIsOurs |= HandOver(core, ready);
            TakeNeeds(ready);
            Append(ready, core.Role);
            OfferSnapshots(core, tick: false);
        }

        TendMembership(core);
        Publish(core);
    }

    private void TakeNeeds(in Ready ready)
    {
        foreach (ref readonly ReadState answer in ready.ReadStates)
        {
            _reads.Answer(answer);
        }

        foreach (ref readonly EntryRead wanted in ready.Reads)
        {
            // Away from the loop: the log reads on its caller's thread, and who lacks a minute of entries has it read for seconds.
            EntryRead lacking = wanted;
            _scheduler.Schedule(new Work(() => _ = ReadForPeer(lacking)));
        }

        foreach (ref readonly SnapshotNeed need in ready.Snapshots)
        {
            TakeNeed(need);
        }
    }

    /// <summary>False while the log's queue is full, and while refused appends are awaited: what follows them must not overtake.</summary>
    private bool MayAppend => !_logIsFull && !_refusing;

    private void TakeItems(RaftCore core, bool tick)
    {
        DateTimeOffset now = _time.GetUtcNow();
        _lastTime = now > _lastTime ? now : _lastTime;
        if (tick)
        {
            core.Tick();
            _reads.Tick(core);
            TickMembership();
            WitnessPeers(core);
            OfferSnapshots(core, tick: true);
            LetLogGo(core);
        }

        while (_taken is { } item)
        {
            _taken = item.Next;
            item.Next = null;
            switch (item)
            {
                case ProposalTicket ticket:
                    TakeProposal(core, ticket);
                    break;
                case AppendBatch batch:
                    TakeNotice(core, batch);
                    break;
                case ReceivedMessage received:
                    TakeMessage(core, received);
                    break;
                case ReadTicket read:
                    _reads.Add(read);
                    break;
                default:
                    ((LoopCall)item).Run(core);
                    break;
            }
        }
    }

    /// <summary>The replica has failed or stopped: answers everybody who is here, or comes later.</summary>
    private void End()
    {
        _ended = true;
        bool failed = State == ReplicaState.Failed;
        AnswerAll(CutInFlightAfter(default), failed ? ReplicaErrors.FailedAfter : ReplicaErrors.StoppedAfter);
        EndMembership(failed ? ReplicaErrors.FailedAfter : ReplicaErrors.StoppedAfter);
        NacreError error = failed ? ReplicaErrors.Failed : ReplicaErrors.Stopping;
        do
        {
            while (_taken is { } item)
            {
                _taken = item.Next;
                item.Next = null;
                switch (item)
                {
                    case ProposalTicket ticket:
                        Answer(ticket, error);
                        break;
                    case ReadTicket read:
                        read.Answer(error);
                        break;
                    case LoopCall call:
                        call.Run(null);
                        break;
                    case AppendBatch:
                        _appendsInFlight--;
                        break;
                }
            }

            _taken = _inbox.TakeAll();
        }
        while (_taken is not null);

        _reads.End(error);
        _loopEnded.TrySetResult();
        if (_appendsInFlight == 0)
        {
            _appendsEnded.TrySetResult();
        }
    }

    /// <summary>Answers a chain of callers whose entries are not applied.</summary>
    /// <returns>How many they are.</returns>
    private int AnswerAll(ProposalTicket? ticket, NacreError error)
    {
        int count = 0;
        for (; ticket is not null; count++)
        {
            var next = (ProposalTicket?)ticket.Next;
            ticket.Next = null;
            Answer(ticket, error);
            ticket = next;
        }

        return count;
    }

    /// <summary>Answers a caller whose entry is not applied, and lets it out of the gate.</summary>
    private void Answer(ProposalTicket ticket, NacreError error)
    {
        int bytes = ticket.Bytes;
        _metrics.Refused(_tag, error.Code);
        ticket.Complete(error);
        _gate.Leave(1, bytes);
    }

    /// <summary>Tells the other threads how things stand.</summary>
    private void Publish(RaftCore core)
    {
        PublishSole(core);
        PublishDurable(core);
        ReportDisqualification(core);
        bool hasChanged = _publishedTerm != core.Term.Value || _publishedRole != (int)core.Role || _publishedLeader != core.Leader.Value;
        if (hasChanged)
        {
            Log.RoleChanged(_logger, _identity.Shard, _identity.Self, core.Role, core.Term, core.Leader);
        }

        NodeId leaderNode = core.Set.Find(core.Leader)?.Node ?? _heardFrom.GetValueOrDefault(core.Leader);
        hasChanged |= _publishedLeaderNode != leaderNode.Value;
        Volatile.Write(ref _publishedSet, core.Set);
        Volatile.Write(ref _publishedLeader, core.Leader.Value);
        Volatile.Write(ref _publishedLeaderNode, leaderNode.Value);
        Volatile.Write(ref _publishedRole, (int)core.Role);
        Volatile.Write(ref _publishedTerm, core.Term.Value);
        Volatile.Write(ref _publishedLast, core.LastIndex.Value);
        Volatile.Write(ref _publishedCommit, core.Commit.Value);
        if (hasChanged)
        {
            TellLeaderChanged();
        }
    }
}

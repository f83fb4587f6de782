using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>Requests of clients.</content>
internal sealed partial class SimReplica
{
    private readonly SortedDictionary<ulong, Waiting> _proposals = [];
    private readonly SortedDictionary<ulong, (Request Request, LogIndex? Index)> _reads = [];

    public void Receive(Request request)
    {
        if (request.IsRead)
        {
            Read(request);
        }
        else if (Core.TakesProposals)
        {
            var waiting = new Waiting(this, Core.Term, request);
            Core.Step(RaftInput.Propose(request.Command.Encode()));
            if (_proposals.Remove(Core.LastIndex.Value, out Waiting replaced))
            {
                World.Hit(Probe.ProposalReplaced);
                World.Answer(replaced, Refusal());
            }

            _proposals[Core.LastIndex.Value] = waiting;
            Pump();
        }
        else
        {
            World.Answer(new Waiting(this, default, request), Refusal());
        }
    }

    private Reply Refusal() => new(ReplyKind.Repeat, false, 0, 0, Core.Leader);

    private void Read(Request request)
    {
        if (World.Bug == Bug.LocalRead && Core.Role == RaftRole.Leader)
        {
            AnswerRead(request);
            return;
        }

        ulong context = World.NextContext();
        _reads[context] = (request, null);
        Core.Step(RaftInput.ReadIndex(context));
        Pump();

        // A question or its answer may be lost.
        Plan(400_000, () => _reads.Remove(context));
    }

    private void OnReadState(in ReadState state)
    {
        if (!_reads.Remove(state.Context, out (Request Request, LogIndex? Index) read))
        {
            return;
        }

        if (!state.IsConfirmed)
        {
            World.Hit(Probe.ReadRefused);
            World.Answer(new Waiting(this, default, read.Request), Refusal());
            return;
        }

        if (state.Index <= Machine.Applied || World.Bug == Bug.ReadBeforeApply)
        {
            AnswerRead(read.Request);
        }
        else
        {
            World.Hit(Probe.ReadWaitedForApply);
            _reads[state.Context] = (read.Request, state.Index);
        }
    }

    private void AnswerReads()
    {
        if (_reads.Count == 0)
        {
            return;
        }

        foreach (ulong context in _reads.Keys.ToArray())
        {
            if (_reads[context] is { Index: { } index } read && index <= Machine.Applied)
            {
                _reads.Remove(context);
                AnswerRead(read.Request);
            }
        }
    }

    private void AnswerRead(Request request)
    {
        if (Core.Role == RaftRole.Follower)
        {
            World.Hit(Probe.ReadAtFollower);
        }

        Cell cell = Machine.Read(request.Command.Key);
        World.Answer(new Waiting(this, default, request), new Reply(ReplyKind.Done, true, cell.Version, cell.Value, Core.Leader));
    }

    /// <summary>The planted bug: own writes are answered when the own disk has them.</summary>
    private void AnswerUncommitted(LogRecord[] records)
    {
        foreach (LogRecord record in records)
        {
            if (_proposals.Remove(record.Index.Value, out Waiting waiting))
            {
                Cell cell = Machine.Read(waiting.Request.Command.Key);
                World.Answer(waiting, new Reply(ReplyKind.Done, true, cell.Version + 1, 0, default));
            }
        }
    }
}

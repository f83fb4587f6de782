using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>
/// The reads that wait to hear through which entry they must see (Raft thesis §6.4). One question stands for all that
/// came before it in one round of the loop; questions and answers may be lost, so they are asked again.
/// </summary>
/// <remarks>Not thread-safe: the loop's.</remarks>
/// <param name="firstContext">Names the first question; none was ever named so by this replica, in this life or another.</param>
/// <param name="askAgainTicks">Ticks without an answer after which a question is asked again, under another name.</param>
/// <param name="giveUpTicks">Ticks after which its reads are refused.</param>
internal sealed class ReadRounds(ulong firstContext, int askAgainTicks, int giveUpTicks)
{
    // Invariants:
    // - a context is used once;
    // - a read is counted in one question at a time, and is answered once.

    private readonly Dictionary<ulong, Question> _asked = [];
    private readonly List<ulong> _late = [];
    private readonly List<Question> _unanswered = [];
    private List<ReadTicket> _new = [];
    private ulong _context = firstContext;
    private long _ticks;

    /// <summary>Takes a read in; asked for at the end of the round.</summary>
    public void Add(ReadTicket read) => _new.Add(read);

    /// <summary>Asks for all that were taken in.</summary>
    public void Ask(RaftCore core)
    {
        if (_new.Count > 0)
        {
            Ask(core, new Question(_new, _ticks));
            _new = [];
        }
    }

    /// <summary>Hands an answer to its reads; nobody could say: they are asked for again at the next tick.</summary>
    public void Answer(in ReadState answer)
    {
        if (!_asked.Remove(answer.Context, out Question? question))
        {
            return;
        }

        if (answer.IsConfirmed)
        {
            question.Answer(answer.Index);
        }
        else
        {
            _unanswered.Add(question);
        }
    }

    /// <summary>Time has moved on: asks again for what has waited, and gives up what has waited too long.</summary>
    public void Tick(RaftCore core)
    {
        _ticks++;
        foreach ((ulong context, Question question) in _asked)
        {
            if (_ticks - question.AskedAt >= askAgainTicks)
            {
                _late.Add(context);
            }
        }

        foreach (ulong context in _late)
        {
            _asked.Remove(context, out Question? question);
            _unanswered.Add(question!);
        }

        _late.Clear();
        foreach (Question question in _unanswered)
        {
            if (_ticks - question.Since >= giveUpTicks)
            {
                question.Answer(ReplicaErrors.NoLeader);
            }
            else
            {
                Ask(core, question);
            }
        }

        _unanswered.Clear();
    }

    /// <summary>The replica has ended: refuses all.</summary>
    public void End(NacreError error)
    {
        foreach (Question question in _asked.Values.Concat(_unanswered).Append(new Question(_new, 0)))
        {
            question.Answer(error);
        }

        _asked.Clear();
        _unanswered.Clear();
        _new = [];
    }

    private void Ask(RaftCore core, Question question)
    {
        question.AskedAt = _ticks;
        _asked.Add(++_context, question);
        core.Step(RaftInput.ReadIndex(_context));
    }

    /// <summary>Reads that are asked for together.</summary>
    private sealed class Question(List<ReadTicket> reads, long since)
    {
        public long Since => since;

        public long AskedAt { get; set; }

        public void Answer(in Result<LogIndex> answer)
        {
            foreach (ReadTicket read in reads)
            {
                read.Answer(answer);
            }
        }
    }
}

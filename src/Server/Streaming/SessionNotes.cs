using Google.Protobuf;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Server.Consistency;
using Nacre.Server.Wire;

namespace Nacre.Server.Streaming;

/// <summary>The session tokens of a batch of outcomes: one for each range, the newest.</summary>
/// <param name="consistency">Makes them.</param>
/// <remarks>Not thread-safe. Costs a look at each outcome where the client wants none.</remarks>
internal sealed class SessionNotes(ConsistencyRules consistency)
{
    private readonly Dictionary<RangeId, (SessionMark Mark, uint Container)> _newest = [];
    private readonly List<SessionNote> _notes = [];

    /// <summary>Makes the notes of a batch, in place of those of the one before.</summary>
    /// <returns>Their size in bytes.</returns>
    public int Gather(ReadOnlySpan<Outcome> outcomes)
    {
        _newest.Clear();
        _notes.Clear();
        foreach (ref readonly Outcome outcome in outcomes)
        {
            if (outcome.Mark.Range is { } range &&
                (!_newest.TryGetValue(range.Id, out (SessionMark Mark, uint Container) known) || known.Mark.Lsn < outcome.Mark.Lsn))
            {
                _newest[range.Id] = (outcome.Mark, outcome.Container);
            }
        }

        int size = 0;
        foreach ((SessionMark mark, uint container) in _newest.Values)
        {
            var note = new SessionNote { Container = container, Token = consistency.TokenOf(mark) };
            _notes.Add(note);
            size += ProtoWriter.SizeOfMessage(note.CalculateSize());
        }

        return size;
    }

    /// <summary>Writes them as fields of an <see cref="OutcomeBatch"/>.</summary>
    public void Write(ref ProtoWriter writer)
    {
        foreach (SessionNote note in _notes)
        {
            note.WriteTo(writer.Room(OutcomeBatch.SessionsFieldNumber, note.CalculateSize()));
        }
    }
}

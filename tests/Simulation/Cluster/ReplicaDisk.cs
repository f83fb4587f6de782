using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What of a replica survives a crash: its part of the log, and its last checkpoint.</summary>
internal sealed class ReplicaDisk(Machine checkpoint)
{
    // Invariants:
    // - Records are contiguous from Base + 1;
    // - a checkpoint is replaced as a whole.

    /// <summary>The entries, from the one behind <see cref="Base"/>.</summary>
    public List<LogRecord> Records { get; private init; } = [];

    public HardState HardState { get; set; }

    public LogIndex Base { get; private set; }

    public Term BaseTerm { get; private set; }

    public Machine Checkpoint { get; set; } = checkpoint;

    public LogIndex Last => new(Base.Value + (ulong)Records.Count);

    public Term? TermAt(LogIndex index) =>
        index == Base ? BaseTerm : index < Base || index > Last ? null : At(index).Term;

    public LogRecord At(LogIndex index) => Records[(int)(index.Value - Base.Value - 1)];

    /// <summary>Makes an append durable.</summary>
    /// <returns>True when flushed entries were replaced.</returns>
    public bool Write(HardState? hardState, ReadOnlySpan<LogRecord> records, bool keepsSuffix)
    {
        HardState = hardState ?? HardState;
        bool replaces = false;
        foreach (ref readonly LogRecord record in records)
        {
            int at = (int)(record.Index.Value - Base.Value - 1);
            if (at < Records.Count)
            {
                replaces = true;
                if (keepsSuffix)
                {
                    Records[at] = record;
                    continue;
                }

                Records.RemoveRange(at, Records.Count - at);
            }

            Records.Add(record);
        }

        return replaces;
    }

    /// <summary>Lets go of all entries through one.</summary>
    public void Truncate(LogIndex through)
    {
        BaseTerm = TermAt(through)!.Value;
        Records.RemoveRange(0, (int)(through.Value - Base.Value));
        Base = through;
    }

    /// <summary>The log is empty behind an entry.</summary>
    public void Reset(LogIndex index, Term term)
    {
        Records.Clear();
        (Base, BaseTerm) = (index, term);
    }

    /// <summary>An image of it as it is now.</summary>
    public ReplicaDisk Copy() =>
        new(Checkpoint) { Records = [.. Records], HardState = HardState, Base = Base, BaseTerm = BaseTerm };
}

using Nacre.Core;
using Nacre.Core.Log;

namespace Nacre.Replication;

/// <summary>Entries to apply, in order, with the tickets of those that somebody waits for.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class CommittedEntries
{
    private LogRecord[] _records = new LogRecord[64];
    private ProposalTicket? _lastTicket;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The entries.</summary>
    public ReadOnlySpan<LogRecord> Records => _records.AsSpan(0, Count);

    /// <summary>The tickets not taken yet, chained in order of their entries; null when there are none.</summary>
    public ProposalTicket? Tickets { get; set; }

    /// <summary>Adds entries behind the others.</summary>
    public void Add(ReadOnlySpan<LogRecord> records, ProposalTicket? tickets, ProposalTicket? last)
    {
        Invariant.Check(Count == 0 || records.IsEmpty || records[0].Index == _records[Count - 1].Index.Next);
        if (Count + records.Length > _records.Length)
        {
            Array.Resize(ref _records, Math.Max(_records.Length * 2, Count + records.Length));
        }

        records.CopyTo(_records.AsSpan(Count));
        Count += records.Length;
        if (tickets is not null)
        {
            if (Tickets is null)
            {
                Tickets = tickets;
            }
            else
            {
                _lastTicket!.Next = tickets;
            }

            _lastTicket = last;
        }
    }

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        Invariant.Check(Tickets is null);
        _records.AsSpan(0, Count).Clear();
        Count = 0;
        _lastTicket = null;
    }
}

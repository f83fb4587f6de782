using Nacre.Core.Log;

namespace Nacre.Replication;

/// <summary>Committed entries and the callers that wait for them, on the way from the loop to the applier.</summary>
/// <remarks>Thread-safe. Two buffers change places: one fills while the other is applied.</remarks>
internal sealed class Handoff
{
    private readonly Lock _gate = new();
    private CommittedEntries _filling = new();

    /// <summary>Adds committed entries behind the earlier ones.</summary>
    /// <param name="records">Entries, in order.</param>
    /// <param name="tickets">Those of the entries that have one, chained in order; null for none. Given over.</param>
    /// <param name="last">The last one of the chain.</param>
    public void Add(ReadOnlySpan<LogRecord> records, ProposalTicket? tickets, ProposalTicket? last)
    {
        lock (_gate)
        {
            _filling.Add(records, tickets, last);
        }
    }

    /// <summary>Takes everything.</summary>
    /// <param name="spare">An empty buffer, given over; on success replaced by what was taken.</param>
    /// <returns>False when there is nothing.</returns>
    public bool TryTake(ref CommittedEntries spare)
    {
        lock (_gate)
        {
            if (_filling.Count == 0)
            {
                return false;
            }

            (_filling, spare) = (spare, _filling);
            return true;
        }
    }
}

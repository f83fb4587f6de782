using System.Collections.Concurrent;

namespace Nacre.Replication;

/// <summary>Keeps tickets for the next proposals.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="capacity">Tickets kept at most; about as many as there are proposals at once.</param>
internal sealed class TicketPool(int capacity)
{
    private readonly ConcurrentQueue<ProposalTicket> _tickets = new();
    private int _count;
    private ProposalTicket? _next;

    /// <summary>Gives a ticket, used before or new.</summary>
    public ProposalTicket Rent()
    {
        if (Interlocked.Exchange(ref _next, null) is { } ticket)
        {
            return ticket;
        }

        if (_tickets.TryDequeue(out ticket))
        {
            Interlocked.Decrement(ref _count);
            return ticket;
        }

        return new ProposalTicket(this);
    }

    /// <summary>Takes a ticket back.</summary>
    public void Return(ProposalTicket ticket)
    {
        if (Interlocked.CompareExchange(ref _next, ticket, null) is null)
        {
            return;
        }

        if (Interlocked.Increment(ref _count) <= capacity)
        {
            _tickets.Enqueue(ticket);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}

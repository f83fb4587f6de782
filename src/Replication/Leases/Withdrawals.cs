using System.Collections.Concurrent;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Replication.Leases;

/// <summary>
/// Asks every other node whether it has taken a withdrawal over; of one that does not say so, waits until its lease has run
/// out for certain.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="catalog">Names the others.</param>
/// <param name="holders">The way to them.</param>
/// <param name="options">How long a lease lasts.</param>
/// <param name="time">The clock.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class Withdrawals(NodeId self, ICatalogReader catalog, ILeaseHolders holders, LeaseOptions options, TimeProvider time) : IWithdrawals
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>When this node first saw that another was removed: its last lease was asked for before.</summary>
    private readonly ConcurrentDictionary<NodeId, long> _removedSince = new();

    private TimeSpan LongestLease => options.Duration + options.Margin;

    /// <summary>Notes who was removed.</summary>
    public void Follow(Catalog newest)
    {
        foreach (ClusterNode node in newest.Nodes.Where(node => node.State == ClusterNodeState.Removed))
        {
            _removedSince.TryAdd(node.Id, time.GetTimestamp());
        }
    }

    /// <inheritdoc/>
    public async ValueTask SettleAsync(LogIndex index, CancellationToken cancellationToken)
    {
        Catalog newest = catalog.Current;
        Follow(newest);

        // From here on: a lease that does not know of the withdrawal was asked for before it was committed.
        using var leases = new CancellationTokenSource(LongestLease, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(leases.Token, cancellationToken);
        try
        {
            await Task.WhenAll(newest.Nodes.Where(MayServe).Select(node => ConfirmAsync(node.Id, index, either.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Who has not answered has no lease any more.
        }
    }

    /// <summary>A node that was removed is spoken to no more, but may serve until its lease runs out.</summary>
    private bool MayServe(ClusterNode node) =>
        node.Id != self && (!_removedSince.TryGetValue(node.Id, out long since) || time.GetElapsedTime(since) < LongestLease);

    private async Task ConfirmAsync(NodeId node, LogIndex index, CancellationToken cancellationToken)
    {
        while (!await holders.ConfirmAsync(node, index, cancellationToken))
        {
            await Task.Delay(AskAgainAfter, time, cancellationToken);
        }
    }
}

using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Replication.Leases;

/// <summary>
/// A node's leave to serve. It asks the control shard's leader for the newest catalogue, and once that is in force here, and
/// names it a member, it serves for a while, counted from before it asked.
/// </summary>
/// <remarks>Thread-safe. A look takes no lock and costs some 30 ns; none on a node that decides alone.</remarks>
// Invariants:
// - who holds the lease at a moment serves by every withdrawal that was applied by the leader up to LeaseOptions.Duration
//   before it: the index that a question is answered with shows all that was committed before the question;
// - who takes a lease was no member removed when it asked, and has in force the catalogue that made it a member: whoever
//   withdraws something waits for the members that it knows and for those removed of late, and no other has a lease;
// - so a withdrawal is in force on every node, or the node serves nothing, once Duration has passed since it was committed.
public sealed class AuthorisationLease : IAsyncDisposable
{
    private static readonly NacreError NotHeld = new(ErrorCode.Unavailable,
        "The node has lost touch with the majority of the cluster, and does not know whether permissions still stand. Try another node.")
    {
        RetryAfter = TimeSpan.FromMilliseconds(250),
    };

    private readonly NodeId _self;
    private readonly ICatalogReader _catalog;
    private readonly ILeaseSource _control;
    private readonly Func<LogIndex, CancellationToken, Task> _whenInForce;
    private readonly LeaseOptions _options;
    private readonly IBootClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _renewing = Task.CompletedTask;
    private long _endsAt;

    /// <summary>Makes a lease that is not held.</summary>
    /// <param name="self">This node.</param>
    /// <param name="catalog">Tells whether it is a member.</param>
    /// <param name="control">The control shard.</param>
    /// <param name="whenInForce">Ends when the catalogue through an entry is in force on this node.</param>
    /// <param name="options">Times.</param>
    /// <param name="clock">Tells when it ends.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <param name="logger">Where to say that it ran out.</param>
    public AuthorisationLease(
        NodeId self, ICatalogReader catalog, ILeaseSource control, Func<LogIndex, CancellationToken, Task> whenInForce,
        LeaseOptions options, IBootClock clock, TimeProvider time, ILogger logger)
    {
        (_self, _catalog) = (self, catalog);
        (_control, _whenInForce, _options, _clock, _time, _logger) = (control, whenInForce, options, clock, time, logger);
    }

    /// <summary>Null while the node may serve; else what it refuses with.</summary>
    public NacreError? Refusal => _control.IsAlone || _clock.Now.Ticks < Volatile.Read(ref _endsAt) ? null : NotHeld;

    /// <summary>Takes the lease for the first time, and renews it from then on. Once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRenewAsync(cancellationToken))
        {
            await Task.Delay(_options.RenewEvery / 10, _time, cancellationToken);
        }

        _renewing = RenewAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // On this thread: what is cut off has ended before anything else is done.
        _stopping.Cancel();
        await _renewing;
        _stopping.Dispose();
    }

    private async Task RenewAsync()
    {
        bool isHeld = true;
        try
        {
            while (true)
            {
                bool renewed = await TryRenewAsync(_stopping.Token);
                bool holds = Refusal is null;
                if (holds != isHeld)
                {
                    Log.LeaseChanged(_logger, holds ? "holds its lease again and serves" : "has no lease any more and refuses requests until it reaches a majority");
                    isHeld = holds;
                }

                await Task.Delay(renewed ? _options.RenewEvery : _options.RenewEvery / 10, _time, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        TimeSpan asked = _clock.Now;
        using var patience = new CancellationTokenSource(_options.Duration, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            Result<LogIndex> index = await _control.ReadIndexAsync(CancellationToken.None).AsTask().OrCancelledAsync(either.Token);
            if (!index.IsOk)
            {
                return false;
            }

            await _whenInForce(index.Value, either.Token);
            Catalog newest = _catalog.Current;
            if (newest.FindNode(_self) is not { State: not ClusterNodeState.Removed })
            {
                return false;
            }

            await _whenInForce(newest.Applied, either.Token);
            Volatile.Write(ref _endsAt, (asked + _options.Duration).Ticks);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

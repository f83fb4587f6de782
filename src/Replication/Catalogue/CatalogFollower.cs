using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication.Catalogue;

/// <summary>Tells this node's parts when the catalogue has changed, whoever changed it, and who waits when they were told.</summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - InForce never falls, and every follower has taken over the catalogue of that entry.
public sealed class CatalogFollower : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly ICatalogChanges _catalog;
    private readonly IReadOnlyList<Func<Catalog, CancellationToken, Task<NacreError?>>> _followers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _following = Task.CompletedTask;
    private ulong _inForce;

    /// <summary>Makes a follower that is not started.</summary>
    /// <param name="catalog">The catalogue.</param>
    /// <param name="followers">Told one after the other, with the newest catalogue; told again after a fault.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <param name="logger">Where to say what failed.</param>
    public CatalogFollower(
        ICatalogChanges catalog, IReadOnlyList<Func<Catalog, CancellationToken, Task<NacreError?>>> followers, TimeProvider time, ILogger logger) =>
        (_catalog, _followers, _time, _logger) = (catalog, followers, time, logger);

    /// <summary>The entry whose catalogue all parts have taken over.</summary>
    public LogIndex InForce => new(Volatile.Read(ref _inForce));

    /// <summary>Begins. Once.</summary>
    public void Start() => _following = FollowAsync();

    /// <summary>Waits until all parts have taken over the catalogue of an entry, or of a later one.</summary>
    public async Task WhenInForceAsync(LogIndex index, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next = Volatile.Read(ref _told).Task;
            if (InForce >= index)
            {
                return;
            }

            await next.OrCancelledAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // On this thread: what is cut off has ended before anything else is done.
        _stopping.Cancel();
        await _following;
        _stopping.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                Task changed = _catalog.Changed;
                Catalog newest = _catalog.Current;
                if (newest.Applied == InForce && newest.Applied.Value > 0)
                {
                    await changed.OrCancelledAsync(_stopping.Token);
                }
                else if (await TellAsync(newest))
                {
                    Volatile.Write(ref _inForce, newest.Applied.Value);
                    Interlocked.Exchange(ref _told, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                }
                else
                {
                    await Task.Delay(RetryAfter, _time, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private async Task<bool> TellAsync(Catalog newest)
    {
        bool all = true;
        foreach (Func<Catalog, CancellationToken, Task<NacreError?>> follower in _followers)
        {
            try
            {
                if (await follower(newest, _stopping.Token) is { } refusal)
                {
                    all = false;
                    Log.NotFollowed(_logger, refusal.Code, refusal.Message);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                all = false;
                Log.CatalogFollowingFailed(_logger, fault);
            }
        }

        return all;
    }
}

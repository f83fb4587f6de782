using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;

namespace Nacre.Server.Administration;

/// <summary>Tells this node's parts when the catalogue has changed, whoever changed it.</summary>
/// <param name="catalog">The catalogue.</param>
/// <param name="followers">Told one after the other, with the newest catalogue; told again after a fault.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where to say what failed.</param>
internal sealed class CatalogFollower(
    ICatalogReader catalog, IReadOnlyList<Func<Catalog, CancellationToken, Task<NacreError?>>> followers, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Begins. Once.</summary>
    public void Start() => _looking = LookAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        Catalog? told = null;
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                Catalog newest = catalog.Current;
                if (ReferenceEquals(newest, told))
                {
                    continue;
                }

                if (await TellAsync(newest).ConfigureAwait(false))
                {
                    told = newest;
                }
                else
                {
                    await Task.Delay(RetryAfter, time, _stopping.Token).ConfigureAwait(false);
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
        foreach (Func<Catalog, CancellationToken, Task<NacreError?>> follower in followers)
        {
            try
            {
                if (await follower(newest, _stopping.Token).ConfigureAwait(false) is { } refusal)
                {
                    all = false;
                    Log.NotFollowed(logger, refusal.Code, refusal.Message);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                all = false;
                Log.FollowingFailed(logger, fault);
            }
        }

        return all;
    }
}

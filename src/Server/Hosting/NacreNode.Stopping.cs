using Grpc.Health.V1;
using Nacre.Core.Files;
using Nacre.Replication;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Hosting;

/// <content>The end: in order, or at once.</content>
public sealed partial class NacreNode
{
    /// <summary>
    /// Stops in order: unhealthy, no new connections, streams told to go, open requests finished, shards checkpointed,
    /// log sealed, node file clean.
    /// </summary>
    /// <param name="cancellationToken">Cuts the waits short; nothing that was acknowledged is lost by that.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        SetHealth(HealthCheckResponse.Types.ServingStatus.NotServing);
        Log.Draining(_logger, _options.Limits.DrainSeconds);
        await _draining.CancelAsync().ConfigureAwait(false);
        await StopListeningAsync(cancellationToken).ConfigureAwait(false);
        await DisposePartsAsync(_coordinator).ConfigureAwait(false);
        if (_memory is { } memory)
        {
            await memory.StopAsync(cancellationToken).ConfigureAwait(false);
        }

        bool isInOrder = await _host.StopAsync(cancellationToken).ConfigureAwait(false);
        if (isInOrder && _slots.Select(slot => slot.Status).All(IsAtRest))
        {
            await CloseFolderAsync().ConfigureAwait(false);
        }

        await DisposePartsAsync(last: null).ConfigureAwait(false);
        _draining.Dispose();
        _isOlderCopy.Dispose();
    }

    /// <summary>Ends at once, as a crash would, unless <see cref="StopAsync"/> came before: the next start recovers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            await _draining.CancelAsync().ConfigureAwait(false);
            if (_listener is not null)
            {
                using var atOnce = new CancellationTokenSource();
                await atOnce.CancelAsync().ConfigureAwait(false);
                await _listener.StopAsync(atOnce.Token).ConfigureAwait(false);
            }

            await DisposePartsAsync(last: null).ConfigureAwait(false);
            _draining.Dispose();
            _isOlderCopy.Dispose();
        }
    }

    /// <summary>
    /// False for a replica that failed, or whose closing checkpoint found no space: the next start replays. One of several may
    /// have entries that were not committed when it stopped.
    /// </summary>
    private static bool IsAtRest(ReplicaStatus status) =>
        status.State == ReplicaState.Stopped && status.Checkpointed == status.Applied &&
        (status.Applied == status.LastIndex || status.Set.Members.Length > 1);

    /// <summary>Seals the log, and says where everything stands.</summary>
    private async Task CloseFolderAsync()
    {
        try
        {
            await _log.CloseAsync(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
            ShardPoint[] points = [.. CurrentReplicas.Select(PointOf).OrderBy(point => point.Shard)];
            WriteRecord(_record with { State = NodeState.Clean, KeyRingGeneration = _ring.Generation, Points = [.. points] });
            Log.Stopped(_logger);
        }
        catch (StorageFaultException fault)
        {
            Log.StopUnfinished(_logger, fault);
        }
    }

    private async Task StopListeningAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(_options.Limits.DrainSeconds));
        await _listener.StopAsync(patience.Token).ConfigureAwait(false);
        if (patience.IsCancellationRequested)
        {
            Log.DrainCutOff(_logger);
        }
    }

    /// <summary>Disposes parts, the newest first; one that throws does not keep the others, of which the lock is the last.</summary>
    /// <param name="last">The last one to go; null: all of them.</param>
    private async ValueTask DisposePartsAsync(IAsyncDisposable? last)
    {
        if (!_parts.TryPop(out IAsyncDisposable? part))
        {
            return;
        }

        try
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            if (!ReferenceEquals(part, last))
            {
                await DisposePartsAsync(last).ConfigureAwait(false);
            }
        }
    }
}

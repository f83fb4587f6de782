using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Snapshots;

namespace Nacre.Replication;

/// <content>Snapshots that are offered: fetched beside the running replica, then put in its place.</content>
public sealed partial class ReplicaSlot : ISnapshotReceiver
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _receiving = Task.CompletedTask;
    private SnapshotTransfer? _transfer;
    private UInt128 _begun;
    private long _pausedAt;
    private int _isReceiving;

    /// <inheritdoc/>
    void ISnapshotReceiver.Offered(NodeId from, SnapshotPoint offered)
    {
        // Offers are repeated: what finds no room now begins later.
        if (_stopping.IsCancellationRequested || IsPausing || Interlocked.Exchange(ref _isReceiving, 1) != 0)
        {
            return;
        }

        if (_exchange!.TryEnter())
        {
            Volatile.Write(ref _receiving, ReceiveAsync(from));
        }
        else
        {
            Volatile.Write(ref _isReceiving, 0);
        }
    }

    /// <summary>Ends when nothing is received.</summary>
    internal Task WhenIdle => Volatile.Read(ref _receiving);

    private bool IsPausing
    {
        get
        {
            long since = Volatile.Read(ref _pausedAt);
            return since != 0 && _environment!.Time.GetElapsedTime(since) < _exchange!.Options.RetryAfter;
        }
    }

    private async Task ReceiveAsync(NodeId from)
    {
        // The offer came on the replica's loop.
        await Task.Yield();
        try
        {
            if (await TryReceiveAsync(from) is { } error)
            {
                Unfinished(from, error);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested || Volatile.Read(ref _isStopped))
        {
            // What has come is there for the next start.
        }
        catch (StorageFaultException fault) when (!_isExchanging)
        {
            // The replica has lost nothing.
            Volatile.Write(ref _pausedAt, _environment!.Time.GetTimestamp());
            Unfinished(from, new NacreError(
                fault.Kind == StorageFaultKind.NoSpace ? ErrorCode.DiskFull : ErrorCode.StorageFailed, fault.Message));
        }
        catch (Exception cause)
        {
            Log.ExchangeFailed(_environment!.Logger, Identity.Shard, cause);
            _faulted.TrySetResult(new NacreError(cause is StorageFaultException ? ErrorCode.StorageFailed : ErrorCode.Internal, cause.Message));
        }
        finally
        {
            Volatile.Write(ref _transfer, null);
            _exchange!.Leave();
            Volatile.Write(ref _isReceiving, 0);
        }
    }

    private void Unfinished(NodeId from, NacreError error)
    {
        _environment!.Metrics.SnapshotFailed(ReplicationMetrics.TagOf(Identity.Shard), error.Code);
        Log.SnapshotUnfinished(_environment.Logger, Identity.Shard, from, error.Code, error.Message);
    }

    /// <returns>Null when the snapshot is in place, or is no longer needed.</returns>
    private async Task<NacreError?> TryReceiveAsync(NodeId from)
    {
        long began = _environment!.Time.GetTimestamp();
        Result<SnapshotDescription> described = await DescribeAsync(from);
        if (!described.IsOk)
        {
            return described.Error;
        }

        SnapshotDescription snapshot = described.Value;
        _begun = snapshot.Manifest.Id;
        if (snapshot.Manifest.Shard != Identity.Shard)
        {
            return new NacreError(ErrorCode.Corrupt, $"Node {from} gave a snapshot of shard {snapshot.Manifest.Shard}.");
        }

        if (!await Replica.LacksAsync(snapshot.Point))
        {
            // The log has come so far meanwhile, or this one was older than what was offered.
            _begun = 0;
            return null;
        }

        Result<ISnapshotTarget> opened = _snapshots!.Receive(snapshot.Manifest);
        if (!opened.IsOk)
        {
            Volatile.Write(ref _pausedAt, _environment.Time.GetTimestamp());
            return opened.Error;
        }

        using ISnapshotTarget target = opened.Value;
        if (await FetchAsync(from, snapshot, target) is { } error)
        {
            return error;
        }

        Result<Unit> complete = target.Complete();
        if (!complete.IsOk)
        {
            _begun = 0;
            Volatile.Write(ref _pausedAt, _environment.Time.GetTimestamp());
            return complete.Error;
        }

        if (await InstallAsync(target, snapshot.Point))
        {
            _begun = 0;
            _environment.Metrics.SnapshotInstalled(ReplicationMetrics.TagOf(Identity.Shard));
            Log.SnapshotInstalled(
                _environment.Logger, Identity.Shard, snapshot.Manifest.Index, from, _environment.Time.GetElapsedTime(began).TotalMilliseconds);
        }

        return null;
    }

    private async Task<Result<SnapshotDescription>> DescribeAsync(NodeId from)
    {
        using var patience = new CancellationTokenSource(_exchange!.Options.ChunkTimeout, _environment!.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        try
        {
            return await _exchange.Fetcher.DescribeAsync(from, Identity.Shard, _begun, either.Token);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return new NacreError(ErrorCode.Unavailable, $"Node {from} did not answer in time.");
        }
    }

    private async Task<NacreError?> FetchAsync(NodeId from, SnapshotDescription snapshot, ISnapshotTarget target)
    {
        var transfer = new SnapshotTransfer(_exchange!, from, snapshot, target, _environment!);
        Volatile.Write(ref _transfer, transfer);
        SnapshotProgress progress = transfer.Progress;
        Log.SnapshotFetched(
            _environment!.Logger, Identity.Shard, progress.Index, from, progress.Total - progress.Received, progress.Total);
        Result<Unit> fetched = await transfer.RunAsync(_stopping.Token);
        if (fetched.IsOk)
        {
            return null;
        }

        // What has come stays there for the next offer; where the snapshot is gone, that one takes the newest.
        target.Flush();
        _begun = fetched.Error.Code == ErrorCode.NotFound ? 0 : _begun;
        return fetched.Error;
    }

    /// <summary>Stops the replica, exchanges the store under it, and starts another one, in the order of docs/replication.md, rule 7.</summary>
    /// <returns>False: it was not put in place, and the replica goes on, or the slot is stopped.</returns>
    private async Task<bool> InstallAsync(ISnapshotTarget target, SnapshotPoint point)
    {
        ShardReplica before = Replica;
        if (!await before.TryBeginInstallAsync(point))
        {
            return false;
        }

        Volatile.Write(ref _isExchanging, true);
        await before.DisposeAsync();
        await before.AppendsEnded;
        await _exchange!.Holder.WithdrawAsync(Identity.Shard);
        if (_stopping.IsCancellationRequested)
        {
            return false;
        }

        target.Install(point.Term);
        target.Dispose();
        await OpenAsync();
        ShardReplica after = Replica;
        bool mayStart;
        lock (_gate)
        {
            mayStart = !_isStopped;
        }

        if (!mayStart)
        {
            await after.DisposeAsync();
            return false;
        }

        await after.StartAsync(CancellationToken.None);
        Volatile.Write(ref _isExchanging, false);
        return true;
    }
}

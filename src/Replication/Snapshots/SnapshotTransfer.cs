using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>Fetches one snapshot's bytes into the place where it is put together, from where the last attempt stopped.</summary>
/// <remarks>One caller; progress may be read by any thread.</remarks>
internal sealed class SnapshotTransfer
{
    private readonly SnapshotExchange _exchange;
    private readonly SnapshotDescription _snapshot;
    private readonly ISnapshotTarget _target;
    private readonly NodeId _from;
    private readonly TimeProvider _time;
    private readonly ReplicationMetrics _metrics;
    private readonly long _began;
    private readonly long _total;
    private long _received;
    private long _fetched;
    private long _unflushed;

    public SnapshotTransfer(
        SnapshotExchange exchange, NodeId from, SnapshotDescription snapshot, ISnapshotTarget target, ReplicaEnvironment environment)
    {
        (_exchange, _from, _snapshot, _target) = (exchange, from, snapshot, target);
        (_time, _metrics) = (environment.Time, environment.Metrics);
        _began = _time.GetTimestamp();
        _total = snapshot.TotalBytes;
        foreach (long received in target.Received)
        {
            _received += received;
        }
    }

    /// <summary>How far it has come.</summary>
    public SnapshotProgress Progress => new(_from, _snapshot.Manifest.Index, Volatile.Read(ref _received), _total);

    /// <summary>Fetches what is missing.</summary>
    /// <returns>All is there. Errors: NotFound when the snapshot is no longer held there, Unavailable when a piece did not come in time, Corrupt when one came changed.</returns>
    public async Task<Result<Unit>> RunAsync(CancellationToken cancellationToken)
    {
        for (int file = 0; file < _snapshot.Manifest.Files.Length; file++)
        {
            long length = _snapshot.Manifest.Files[file].Length;
            for (long at = _target.Received[file]; at < length;)
            {
                Result<SnapshotChunk> chunk = await FetchAsync(file, at, (int)Math.Min(_exchange.Options.ChunkBytes, length - at), cancellationToken);
                if (!chunk.IsOk)
                {
                    return chunk.Error;
                }

                Write(file, at, chunk.Value.Bytes.Span);
                at += chunk.Value.Bytes.Length;
                await KeepPaceAsync(cancellationToken);
            }
        }

        return Unit.Value;
    }

    private async Task<Result<SnapshotChunk>> FetchAsync(int file, long offset, int length, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_exchange.Options.ChunkTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        Result<SnapshotChunk> chunk;
        try
        {
            chunk = await _exchange.Fetcher.ReadAsync(
                _from, _snapshot.Manifest.Shard, _snapshot.Manifest.Id, file, offset, length, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new NacreError(ErrorCode.Unavailable, $"Node {_from} did not send the next piece in time.");
        }

        return chunk.IsOk && (chunk.Value.Bytes.Length != length || !IsWhole(chunk.Value))
            ? new NacreError(ErrorCode.Corrupt, $"A piece of file {_snapshot.Manifest.Files[file].Name} at byte {offset} came changed from node {_from}.")
            : chunk;
    }

    private static bool IsWhole(in SnapshotChunk chunk)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(chunk.Bytes.Span, hash);
        return hash.SequenceEqual(chunk.Hash.Span);
    }

    private void Write(int file, long offset, ReadOnlySpan<byte> bytes)
    {
        _target.Write(file, offset, bytes);
        Volatile.Write(ref _received, _received + bytes.Length);
        _fetched += bytes.Length;
        _unflushed += bytes.Length;
        _metrics.SnapshotReceived(ReplicationMetrics.TagOf(_snapshot.Manifest.Shard), bytes.Length);
        if (_unflushed >= _exchange.Options.FlushAfterBytes)
        {
            _target.Flush();
            _unflushed = 0;
        }
    }

    /// <summary>Waits while more has come than may in the time that has passed.</summary>
    private async ValueTask KeepPaceAsync(CancellationToken cancellationToken)
    {
        if (_exchange.Options.MaxBytesPerSecond is > 0 and long most)
        {
            TimeSpan ahead = TimeSpan.FromSeconds((double)_fetched / most) - _time.GetElapsedTime(_began);
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead, _time, cancellationToken);
            }
        }
    }
}

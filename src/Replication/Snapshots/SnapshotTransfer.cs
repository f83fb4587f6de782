using System.Collections.Immutable;
using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>Fetches one snapshot's bytes into the place where it is put together, from where the last attempt stopped.</summary>
/// <remarks>One caller; progress may be read by any thread.</remarks>
// Invariants:
// - pieces are written in the order in which they were asked for, so that what is here of a file is its beginning;
// - at most PiecesInFlight are asked for and not written.
internal sealed class SnapshotTransfer
{
    private readonly Queue<AskedPiece> _asked = new();
    private readonly SnapshotExchange _exchange;
    private readonly SnapshotDescription _snapshot;
    private readonly ISnapshotTarget _target;
    private readonly NodeId _from;
    private readonly TimeProvider _time;
    private readonly ReplicationMetrics _metrics;
    private readonly long _began;
    private readonly long _total;
    private long _received;
    private long _unflushed;
    private TimeSpan _mayAskAt;

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
        using var abandoning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            foreach ((int file, long offset, int length) in Missing())
            {
                await KeepPaceAsync(length, cancellationToken);
                _asked.Enqueue(new AskedPiece(file, offset, FetchAsync(file, offset, length, abandoning.Token)));
                while (_asked.Count == _exchange.Options.PiecesInFlight || (_asked.TryPeek(out AskedPiece next) && next.Came.IsCompleted))
                {
                    if (await TakeAsync() is { } error)
                    {
                        return error;
                    }
                }
            }

            while (_asked.Count > 0)
            {
                if (await TakeAsync() is { } error)
                {
                    return error;
                }
            }

            return Unit.Value;
        }
        finally
        {
            // Nobody waits for the pieces behind one that failed; they are asked for again. On this thread: what is cut off has
            // ended before anything else is done.
            abandoning.Cancel();
            foreach (AskedPiece piece in _asked)
            {
                await ((Task)piece.Came).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    /// <summary>The pieces that are not here, in the order in which they are written.</summary>
    private IEnumerable<(int File, long Offset, int Length)> Missing()
    {
        ImmutableArray<long> received = _target.Received;
        for (int file = 0; file < received.Length; file++)
        {
            long end = _snapshot.Manifest.Files[file].Length;
            for (long at = received[file]; at < end; at += _exchange.Options.ChunkBytes)
            {
                yield return (file, at, (int)Math.Min(_exchange.Options.ChunkBytes, end - at));
            }
        }
    }

    /// <summary>Waits for the piece that was asked for first, and writes it.</summary>
    private async Task<NacreError?> TakeAsync()
    {
        AskedPiece piece = _asked.Dequeue();
        Result<SnapshotChunk> chunk = await piece.Came;
        if (!chunk.IsOk)
        {
            return chunk.Error;
        }

        Write(piece.File, piece.Offset, chunk.Value.Bytes.Span);
        return null;
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
        _unflushed += bytes.Length;
        _metrics.SnapshotReceived(ReplicationMetrics.TagOf(_snapshot.Manifest.Shard), bytes.Length);
        if (_unflushed >= _exchange.Options.FlushAfterBytes)
        {
            _target.Flush();
            _unflushed = 0;
        }
    }

    /// <summary>Waits until a piece may be asked for: what was asked for in a second is what may come in one.</summary>
    /// <remarks>A line that stood still is not made up for afterwards.</remarks>
    private async ValueTask KeepPaceAsync(int length, CancellationToken cancellationToken)
    {
        if (_exchange.Options.MaxBytesPerSecond is > 0 and long most)
        {
            TimeSpan now = _time.GetElapsedTime(_began);
            if (_mayAskAt > now)
            {
                await Task.Delay(_mayAskAt - now, _time, cancellationToken);
                now = _mayAskAt;
            }

            _mayAskAt = now + TimeSpan.FromSeconds((double)length / most);
        }
    }

    private readonly record struct AskedPiece(int File, long Offset, Task<Result<SnapshotChunk>> Came);
}

using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>
/// Gives a node's snapshots to others. One that was asked for is held under a lease, so that its files stay while they are
/// fetched: until nobody has asked for a piece of it for <see cref="SnapshotOptions.HoldFor"/>.
/// </summary>
/// <remarks>Thread-safe. Files are read on no lock, and on no replica's loop.</remarks>
// Invariants:
// - a lease that is read does not end;
// - a shard's leases have ended, and nobody reads them, before its folder is exchanged.
public sealed class SnapshotHolder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ShardId, IShardSnapshots> _shards = [];
    private readonly Dictionary<(ShardId Shard, UInt128 Id), SnapshotLease> _leases = [];
    private readonly ISharedLog _log;
    private readonly SnapshotOptions _options;
    private readonly TimeProvider _time;
    private readonly ReplicationMetrics _metrics;

    /// <summary>Holds nothing yet.</summary>
    /// <param name="log">Tells the terms of entries.</param>
    /// <param name="options">Valid ones.</param>
    /// <param name="environment">Clock and instruments.</param>
    public SnapshotHolder(ISharedLog log, SnapshotOptions options, ReplicaEnvironment environment)
    {
        (_log, _options, _time, _metrics) = (log, options, environment.Time, environment.Metrics);
    }

    /// <summary>How many snapshots are held.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>Holds a snapshot for somebody who is going to fetch it.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="wanted">The one whose transfer was begun; 0, or one that is not held: the newest.</param>
    /// <returns>The snapshot. Errors: NotFound where the shard is not here, Unavailable when it has none now, StorageFailed.</returns>
    public Result<SnapshotDescription> Describe(ShardId shard, UInt128 wanted)
    {
        IShardSnapshots? snapshots;
        lock (_gate)
        {
            if (_leases.TryGetValue((shard, wanted), out SnapshotLease? held))
            {
                held.UsedAt = _time.GetTimestamp();
                return held.Description;
            }

            if (!_shards.TryGetValue(shard, out snapshots))
            {
                return new NacreError(ErrorCode.NotFound, $"This node has no snapshots of shard {shard} now.");
            }
        }

        Result<ISnapshotSource> source;
        try
        {
            source = snapshots.Hold();
        }
        catch (StorageFaultException fault)
        {
            return new NacreError(ErrorCode.StorageFailed, fault.Message);
        }

        return source.IsOk ? Keep(shard, snapshots, source.Value) : source.Error;
    }

    /// <summary>Reads a piece of a snapshot that is held.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="file">The file's place in the manifest.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many.</param>
    /// <returns>The piece. Errors: NotFound when the snapshot is not held, Malformed for a place that it has not, StorageFailed, Corrupt.</returns>
    public Result<SnapshotChunk> Read(ShardId shard, UInt128 snapshot, int file, long offset, int length)
    {
        SnapshotLease? lease;
        lock (_gate)
        {
            if (!_leases.TryGetValue((shard, snapshot), out lease))
            {
                return new NacreError(ErrorCode.NotFound, $"The snapshot of shard {shard} is no longer held; take the newest.");
            }

            if (file < 0 || file >= lease.Source.Manifest.Files.Length || length is < 1 or > SnapshotOptions.MaxChunkBytes ||
                offset < 0 || offset >= lease.Source.Manifest.Files[file].Length)
            {
                return new NacreError(ErrorCode.Malformed, "The snapshot has no such place. Ask for what its manifest says.");
            }

            lease.Enter();
        }

        try
        {
            byte[] bytes = new byte[Math.Min(length, lease.Source.Manifest.Files[file].Length - offset)];
            if (lease.Source.Read(file, offset, bytes) < bytes.Length)
            {
                return new NacreError(ErrorCode.Corrupt, $"File {lease.Source.Manifest.Files[file].Name} of shard {shard} is shorter than its snapshot says.");
            }

            _metrics.SnapshotSent(ReplicationMetrics.TagOf(shard), bytes.Length);
            return new SnapshotChunk(bytes, SHA256.HashData(bytes));
        }
        catch (StorageFaultException fault)
        {
            return new NacreError(fault.Kind == StorageFaultKind.Corrupt ? ErrorCode.Corrupt : ErrorCode.StorageFailed, fault.Message);
        }
        finally
        {
            lock (_gate)
            {
                lease.UsedAt = _time.GetTimestamp();
                lease.Leave();
            }
        }
    }

    /// <summary>Lets go of what nobody has asked for in a while.</summary>
    public void Expire()
    {
        lock (_gate)
        {
            foreach (((ShardId, UInt128) key, SnapshotLease lease) in _leases)
            {
                if (!lease.IsRead && _time.GetElapsedTime(lease.UsedAt) >= _options.HoldFor)
                {
                    _leases.Remove(key);
                    lease.End();
                }
            }
        }
    }

    /// <summary>Lets go of everything.</summary>
    public void Dispose()
    {
        foreach (ShardId shard in Shards())
        {
            _ = WithdrawAsync(shard);
        }
    }

    /// <summary>A shard's snapshots can be asked for from now on.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="snapshots">Its snapshots, in place of those that it had.</param>
    public void Offer(ShardId shard, IShardSnapshots snapshots)
    {
        lock (_gate)
        {
            _shards[shard] = snapshots;
        }
    }

    /// <summary>A shard's snapshots cannot be asked for; done when nobody reads one any more.</summary>
    /// <param name="shard">The shard.</param>
    public Task WithdrawAsync(ShardId shard)
    {
        var ended = new List<Task>();
        lock (_gate)
        {
            _shards.Remove(shard);
            foreach (((ShardId Shard, UInt128) key, SnapshotLease lease) in _leases)
            {
                if (key.Shard == shard)
                {
                    _leases.Remove(key);
                    lease.End();
                    ended.Add(lease.Released);
                }
            }
        }

        return Task.WhenAll(ended);
    }

    private Result<SnapshotDescription> Keep(ShardId shard, IShardSnapshots snapshots, ISnapshotSource source)
    {
        if (TermOf(shard, source.Manifest.Index) is not { } term)
        {
            // The log was released beyond it between the two looks.
            source.Dispose();
            return new NacreError(ErrorCode.Unavailable, $"A newer snapshot of shard {shard} has just been taken. Ask again.");
        }

        lock (_gate)
        {
            if (!_shards.TryGetValue(shard, out IShardSnapshots? present) || !ReferenceEquals(present, snapshots))
            {
                source.Dispose();
                return new NacreError(ErrorCode.Unavailable, $"Shard {shard} is being exchanged on this node. Ask again.");
            }

            (ShardId, UInt128) key = (shard, source.Manifest.Id);
            if (_leases.TryGetValue(key, out SnapshotLease? lease))
            {
                source.Dispose();
            }
            else
            {
                _leases[key] = lease = new SnapshotLease(source, term);
            }

            lease.UsedAt = _time.GetTimestamp();
            return lease.Description;
        }
    }

    /// <summary>The term of a committed entry. Runs first: what is released between the two looks is then found in the state.</summary>
    private Term? TermOf(ShardId shard, LogIndex index)
    {
        IReadOnlyList<TermSpan> runs = _log.TermsOf(shard);
        for (int at = runs.Count - 1; at >= 0; at--)
        {
            if (runs[at].First <= index)
            {
                return runs[at].Term;
            }
        }

        ShardLogState state = _log.StateOf(shard);
        return state.TruncationIndex == index ? state.TruncationTerm : null;
    }

    private ShardId[] Shards()
    {
        lock (_gate)
        {
            return [.. _shards.Keys];
        }
    }
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Membership;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Peers;

/// <summary>How far this node has seen the disks of the others come: by their reports, and by what they said to its replicas. Decision 32.</summary>
/// <param name="file">Keeps it over a restart.</param>
/// <param name="replicas">This node's replicas of now.</param>
/// <param name="catalog">Names the nodes.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where to say that it could not be kept.</param>
/// <remarks>Thread-safe, but for starting and stopping, which are one caller's.</remarks>
internal sealed class PeerMemory(
    RememberedFile file, Func<IEnumerable<ShardReplica>> replicas, ICatalogReader catalog, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // Invariants:
    // - what is remembered of a node never falls; it is forgotten with the node, or with the file.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>A file that is written less often forgets more where all nodes lose power at once; more often, it costs flushes.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReplicaPatience = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private ImmutableSortedDictionary<NodeId, RememberedNode> _nodes = ImmutableSortedDictionary<NodeId, RememberedNode>.Empty;
    private ImmutableSortedDictionary<NodeId, RememberedNode> _saved = ImmutableSortedDictionary<NodeId, RememberedNode>.Empty;
    private Task _looking = Task.CompletedTask;

    /// <summary>Takes over what the last run remembered. A file that cannot be read is none.</summary>
    public void Load()
    {
        Result<ImmutableSortedDictionary<NodeId, RememberedNode>> read = file.Read();
        if (read.IsOk)
        {
            _nodes = _saved = read.Value;
        }
        else
        {
            Log.MemoryLost(logger, read.Error.Code, read.Error.Message);
        }
    }

    /// <summary>Begins to look at what the replicas saw, and to keep all of it.</summary>
    public void Start() => _looking = LookAsync();

    /// <summary>A node says how far it is.</summary>
    public void Note(NodeId node, RememberedNode seen) => ImmutableInterlocked.Update(
        ref _nodes, static (nodes, noted) => nodes.SetItem(noted.node, nodes.GetValueOrDefault(noted.node, RememberedNode.Nothing).With(noted.seen)), (node, seen));

    /// <summary>All that is known of a node now.</summary>
    public async Task<RememberedNode> RecallAsync(NodeId node, CancellationToken cancellationToken)
    {
        (ShardId Shard, Task<DurableMark> Seen)[] asked = [.. replicas().Select(replica => (replica.Identity.Shard, replica.WitnessedOfAsync(node)))];
        try
        {
            await Task.WhenAll(asked.Select(each => each.Seen)).WaitAsync(ReplicaPatience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // One replica that is held up must not keep the node that asks from being answered for all.
        }

        foreach ((ShardId shard, Task<DurableMark> seen) in asked)
        {
            if (seen.IsCompletedSuccessfully && await seen.ConfigureAwait(false) is var mark && mark != default)
            {
                Note(node, new RememberedNode(0, RememberedNode.Nothing.Shards.Add(shard, mark)));
            }
        }

        return Volatile.Read(ref _nodes).GetValueOrDefault(node, RememberedNode.Nothing);
    }

    /// <summary>Ends the looking, and keeps what was seen: before the replicas stop, which forget it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync().ConfigureAwait(false);
        try
        {
            await LookOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What was seen in the last second is less than what is kept already.
        }

        Save();
    }

    /// <summary>Writes what is not in the file yet. A disk that refuses keeps the file as it was.</summary>
    private void Save()
    {
        ImmutableSortedDictionary<NodeId, RememberedNode> now = Volatile.Read(ref _nodes);
        if (now == _saved)
        {
            return;
        }

        NodeId[] removed = [.. now.Keys.Where(node => catalog.Current.FindNode(node) is { State: ClusterNodeState.Removed })];
        try
        {
            file.Write(now.RemoveRange(removed));
            _saved = now;
        }
        catch (StorageFaultException fault)
        {
            Log.MemoryNotKept(logger, fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _looking.ConfigureAwait(false);
            _stopping.Dispose();
        }
    }

    private async Task LookAsync()
    {
        long saved = time.GetTimestamp();
        using var timer = new PeriodicTimer(LookInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                await LookOnceAsync(_stopping.Token).ConfigureAwait(false);
                if (HasNewStart() || time.GetElapsedTime(saved) >= SaveInterval)
                {
                    Save();
                    saved = time.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private async Task LookOnceAsync(CancellationToken cancellationToken)
    {
        foreach (ClusterNode node in catalog.Current.Nodes.Where(node => node.State != ClusterNodeState.Removed))
        {
            await RecallAsync(node.Id, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A start is rare, and the surest sign: a copy of before it is told by it alone.</summary>
    private bool HasNewStart() =>
        Volatile.Read(ref _nodes).Any(node => _saved.GetValueOrDefault(node.Key, RememberedNode.Nothing).Starts < node.Value.Starts);
}

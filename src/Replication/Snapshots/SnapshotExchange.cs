using Nacre.Core;
using Nacre.Core.Log;

namespace Nacre.Replication.Snapshots;

/// <summary>What a node's shards share for their snapshots: where they are fetched, who holds them for others, how many come at a time.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SnapshotExchange : IDisposable
{
    private int _transfers;

    /// <summary>Makes the node's part in snapshots.</summary>
    /// <param name="fetcher">Fetches from other nodes.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="options">Valid ones.</param>
    /// <param name="environment">What the replicas are given.</param>
    public SnapshotExchange(ISnapshotFetcher fetcher, ISharedLog log, SnapshotOptions options, ReplicaEnvironment environment)
    {
        Invariant.Check(options.Validate().IsOk);
        (Fetcher, Options) = (fetcher, options);
        Holder = new SnapshotHolder(log, options, environment);
    }

    /// <summary>Gives this node's snapshots to others.</summary>
    public SnapshotHolder Holder { get; }

    internal ISnapshotFetcher Fetcher { get; }

    internal SnapshotOptions Options { get; }

    /// <inheritdoc/>
    public void Dispose() => Holder.Dispose();

    /// <summary>Takes the place of a transfer.</summary>
    /// <returns>False when there are as many as may be.</returns>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _transfers) <= Options.MaxTransfers)
        {
            return true;
        }

        Interlocked.Decrement(ref _transfers);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    internal void Leave() => Interlocked.Decrement(ref _transfers);
}

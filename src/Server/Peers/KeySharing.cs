using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Keys;

namespace Nacre.Server.Peers;

/// <summary>
/// Keeps this node's ring up with the others'. The catalogue's generation rises with each key that any node draws or destroys;
/// when it passes what this node has, the others are asked. Decision 24.
/// </summary>
/// <param name="ring">This node's keys.</param>
/// <param name="catalog">The catalogue.</param>
/// <param name="self">This node.</param>
/// <param name="channelTo">Finds the connection to a node; null where none is.</param>
/// <param name="logger">Where to say what was taken over.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class KeySharing(
    KeyRing ring, ICatalogReader catalog, NodeId self, Func<NodeId, GrpcChannel?> channelTo, ILogger logger) : IDisposable
{
    // Invariants:
    // - whatever a majority of the nodes had of the keys up to the generation, this node has; it never falls.
    private readonly SemaphoreSlim _asking = new(1, 1);
    private ulong _generation;

    /// <summary>The generation in the catalogue up to which this node has all keys.</summary>
    public ulong Generation => Volatile.Read(ref _generation);

    /// <summary>This node has itself drawn or destroyed what the generation counts.</summary>
    public void Drawn(ulong generation) => Raise(generation);

    /// <summary>Asks the others where the catalogue has passed this node.</summary>
    /// <returns>Null when this node has all keys; Unavailable when those who have them are not reached, to be tried again; Corrupt, Unsupported.</returns>
    public Task<NacreError?> FollowAsync(CancellationToken cancellationToken) =>
        catalog.Current.KeyRingGeneration <= Generation ? Task.FromResult<NacreError?>(null) : AskAsync(all: false, cancellationToken);

    /// <summary>Asks all others in any case: something is here that is sealed under a data key that this node has not.</summary>
    /// <returns>Null when any has answered; else as for <see cref="FollowAsync"/>.</returns>
    public Task<NacreError?> AskAsync(CancellationToken cancellationToken) => AskAsync(all: true, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private async Task<NacreError?> AskAsync(bool all, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Catalog now = catalog.Current;
            ClusterNode[] others = [.. now.Nodes.Where(node => node.Id != self && node.State != ClusterNodeState.Removed)];
            NacreError? refusal = null;
            int answered = 0;
            foreach (ClusterNode node in others)
            {
                Result<ulong> asked = await AskAsync(node.Id, cancellationToken).ConfigureAwait(false);
                if (asked.IsOk)
                {
                    answered++;
                    Raise(Math.Min(asked.Value, now.KeyRingGeneration));
                }

                refusal ??= asked.Error;
                if (!all && Generation >= now.KeyRingGeneration)
                {
                    return null;
                }
            }

            // None remembers how far it had come, as when all were started anew. A rotation is told to all at once: what a
            // majority has not, this node asks for when it meets it.
            if (answered + 1 > (others.Length + 1) / 2)
            {
                Raise(now.KeyRingGeneration);
                return null;
            }

            return all && answered > 0 ? null : refusal;
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<Result<ulong>> AskAsync(NodeId node, CancellationToken cancellationToken)
    {
        if (channelTo(node) is not { } channel)
        {
            return new NacreError(ErrorCode.Unavailable, $"Node {node} is not reached, and may have keys that this node needs.");
        }

        Result<KeyParcel> fetched = await KeyParcel.FetchAsync(channel, ring.Cluster, self, cancellationToken).ConfigureAwait(false);
        if (!fetched.IsOk)
        {
            return fetched.Error with { Message = $"Node {node}: {fetched.Error.Message}" };
        }

        using KeyParcel parcel = fetched.Value;
        Result<bool> merged = ring.Merge(parcel.Ring);
        if (!merged.IsOk)
        {
            return merged.Error with { Message = $"Node {node}: {merged.Error.Message}" };
        }

        if (merged.Value)
        {
            Log.KeysTaken(logger, node);
        }

        return parcel.Generation;
    }

    private void Raise(ulong generation)
    {
        ulong before = Volatile.Read(ref _generation);
        while (generation > before)
        {
            ulong seen = Interlocked.CompareExchange(ref _generation, generation, before);
            if (seen == before)
            {
                return;
            }

            before = seen;
        }
    }
}

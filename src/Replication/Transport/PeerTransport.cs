using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Transport;

/// <summary>Sends the messages of all of a node's shards: one stream to each peer, which is dialled until it answers.</summary>
/// <remarks>Thread-safe; <see cref="SetPeersAsync"/> and disposal by one caller at a time.</remarks>
public sealed class PeerTransport : IReplicaTransport, IAsyncDisposable
{
    private readonly IPeerConnector _connector;
    private readonly IReplicaReceiver _receiver;
    private readonly TransportOptions _options;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private readonly ILogger _logger;
    private ImmutableDictionary<NodeId, PeerSender> _peers = ImmutableDictionary<NodeId, PeerSender>.Empty;

    /// <summary>Knows no peers yet.</summary>
    /// <param name="connector">Dials them.</param>
    /// <param name="receiver">Is told when one cannot be reached.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws the pauses between attempts.</param>
    /// <param name="logger">Where to say what happens.</param>
    public PeerTransport(
        IPeerConnector connector, IReplicaReceiver receiver, TransportOptions options, TimeProvider time, IRandomSource random, ILogger logger)
    {
        Invariant.Check(options.Validate().IsOk);
        (_connector, _receiver, _options, _time, _random, _logger) = (connector, receiver, options, time, random, logger);
    }

    /// <summary>Messages that found no room, or waited when the stream broke, since the peer was named.</summary>
    /// <param name="peer">A node; 0 for one that is not named.</param>
    public long DroppedFor(NodeId peer) => Volatile.Read(ref _peers).TryGetValue(peer, out PeerSender? sender) ? sender.Queue.Dropped : 0;

    /// <summary>Bytes that wait for a peer: at most <see cref="TransportOptions.MaxQueuedBytes"/>.</summary>
    /// <param name="peer">A node; 0 for one that is not named.</param>
    public long QueuedFor(NodeId peer) => Volatile.Read(ref _peers).TryGetValue(peer, out PeerSender? sender) ? sender.Queue.Bytes : 0;

    /// <summary>Names all peers anew: new ones are dialled, streams to others are ended.</summary>
    /// <param name="endpoints"><c>host:port</c> of each; without the own node.</param>
    public async Task SetPeersAsync(IReadOnlyDictionary<NodeId, string> endpoints)
    {
        ImmutableDictionary<NodeId, PeerSender> before = _peers;
        ImmutableDictionary<NodeId, PeerSender>.Builder after = ImmutableDictionary.CreateBuilder<NodeId, PeerSender>();
        foreach ((NodeId peer, string endpoint) in endpoints)
        {
            after[peer] = before.TryGetValue(peer, out PeerSender? kept) && kept.Endpoint == endpoint
                ? kept
                : new PeerSender(peer, endpoint, _connector, _receiver, _options, _time, _random, _logger);
        }

        Volatile.Write(ref _peers, after.ToImmutable());
        foreach ((NodeId peer, PeerSender sender) in before)
        {
            if (!after.TryGetValue(peer, out PeerSender? kept) || kept != sender)
            {
                await sender.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public void Send(NodeId to, ShardId shard, in RaftMessage message)
    {
        if (Volatile.Read(ref _peers).TryGetValue(to, out PeerSender? sender))
        {
            sender.Queue.TryAdd(new ShardMessage(shard, message));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await SetPeersAsync(ImmutableDictionary<NodeId, string>.Empty);
}

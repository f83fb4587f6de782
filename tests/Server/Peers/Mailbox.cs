using System.Threading.Channels;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Replication.Transport;

namespace Nacre.Server.Tests.Peers;

/// <summary>Keeps what a transport brings, for a test to wait on.</summary>
internal sealed class Mailbox : IReplicaReceiver
{
    private readonly Channel<(NodeId From, ShardId Shard, RaftMessage Message)> _messages =
        Channel.CreateUnbounded<(NodeId, ShardId, RaftMessage)>();
    private readonly Channel<NodeId> _unreachable = Channel.CreateUnbounded<NodeId>();

    /// <summary>While it is not set, whoever brings a message is kept: a receiver that is slow.</summary>
    public ManualResetEventSlim Open { get; } = new(initialState: true);

    public ChannelReader<(NodeId From, ShardId Shard, RaftMessage Message)> Messages => _messages.Reader;

    public ChannelReader<NodeId> Unreachables => _unreachable.Reader;

    public void Receive(NodeId from, ShardId shard, in RaftMessage message)
    {
        Open.Wait();
        _messages.Writer.TryWrite((from, shard, message));
    }

    public void Unreachable(NodeId node) => _unreachable.Writer.TryWrite(node);
}

using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>A message of another replica, on its way to the loop.</summary>
/// <param name="from">The node that it came from, as the transport knows it.</param>
/// <param name="message">The message.</param>
internal sealed class ReceivedMessage(NodeId from, RaftMessage message) : LoopItem
{
    /// <summary>The node that it came from.</summary>
    public NodeId From => from;

    /// <summary>The message.</summary>
    public RaftMessage Message { get; } = message;
}

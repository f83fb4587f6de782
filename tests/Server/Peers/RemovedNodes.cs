using System.Collections.Concurrent;
using Nacre.Core.Ids;
using Nacre.Security.Certificates;

namespace Nacre.Server.Tests.Peers;

/// <summary>Nodes and certificates that a test has removed.</summary>
internal sealed class RemovedNodes : IRemovedNodes
{
    public ConcurrentDictionary<NodeId, bool> Nodes { get; } = new();

    public ConcurrentDictionary<string, bool> Serials { get; } = new();

    public bool IsRemoved(NodeId node) => Nodes.ContainsKey(node);

    public bool IsRevoked(string serialNumber) => Serials.ContainsKey(serialNumber);
}

namespace Nacre.Client;

/// <summary>What the cluster wants of a node.</summary>
public enum ClusterNodeState
{
    /// <summary>It holds replicas and may lead.</summary>
    Active = 1,

    /// <summary>It keeps its replicas and leads nothing.</summary>
    Draining = 2,

    /// <summary>It is out for good.</summary>
    Removed = 3,
}

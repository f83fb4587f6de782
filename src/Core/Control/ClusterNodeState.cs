namespace Nacre.Core.Control;

/// <summary>What the cluster wants of a node. Numbers are stored and never reused.</summary>
public enum ClusterNodeState : byte
{
    /// <summary>It holds replicas and may lead.</summary>
    Active = 1,

    /// <summary>It keeps its replicas and hands over what it leads, as before a restart or a removal.</summary>
    Draining = 2,

    /// <summary>It is out for good: no other node speaks to it, and its id is not given again.</summary>
    Removed = 3,
}

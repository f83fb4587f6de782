namespace Nacre.Client;

/// <summary>What a node's replicas are to become.</summary>
public enum ClusterNodeKind
{
    /// <summary>They vote, and count for the quorum.</summary>
    Voter = 1,

    /// <summary>They get every write and count for nothing.</summary>
    Learner = 2,
}

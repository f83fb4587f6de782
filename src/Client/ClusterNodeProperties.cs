namespace Nacre.Client;

/// <summary>A node of the cluster.</summary>
/// <param name="Id">Never given again, also when the node was removed.</param>
/// <param name="Region">Where it stands.</param>
/// <param name="State">What the cluster wants of it.</param>
/// <param name="Kind">What its replicas are to become.</param>
/// <param name="NodeAddress">Where other nodes reach it: <c>HOST:PORT</c>.</param>
/// <param name="ClientAddress">Where clients reach it: <c>https://HOST:PORT</c>.</param>
/// <param name="CreatedAt">When it was taken in; whole milliseconds, UTC.</param>
/// <param name="ETag">Changes with each change of it.</param>
/// <param name="Health">How it is doing; null where the node that answered knows nothing of it.</param>
public sealed record ClusterNodeProperties(
    int Id,
    int Region,
    ClusterNodeState State,
    ClusterNodeKind Kind,
    string NodeAddress,
    Uri ClientAddress,
    DateTimeOffset CreatedAt,
    string ETag,
    ClusterNodeHealth? Health);

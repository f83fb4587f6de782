namespace Nacre.Server.Administration;

/// <summary>Tells where clients reach the cluster's nodes.</summary>
internal interface IClientEndpoints
{
    /// <summary>
    /// <c>https://HOST:PORT</c> of each active node, ascending by node id. Empty: this node is alone, and does not know by
    /// which name its clients reach it.
    /// </summary>
    IReadOnlyList<string> Active { get; }
}

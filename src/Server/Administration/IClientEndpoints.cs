namespace Nacre.Server.Administration;

/// <summary>Tells where clients reach the cluster's nodes.</summary>
internal interface IClientEndpoints
{
    /// <summary>
    /// <c>https://HOST:PORT</c> of each active node, ascending by node id. Empty: this node is alone, and does not know by
    /// which name its clients reach it.
    /// </summary>
    IReadOnlyList<string> Active { get; }

    /// <summary>
    /// For each data shard from 1 the place in <see cref="Active"/>, from 1, of the node that leads it as far as is known here;
    /// 0 for none. Empty with it.
    /// </summary>
    IReadOnlyList<uint> Leaders { get; }
}

using System.Diagnostics.CodeAnalysis;

namespace Nacre.Server.Routing;

/// <summary>Finds the container that a request names, in the newest table that the catalogue gave.</summary>
/// <remarks>Thread-safe; a look-up takes no lock.</remarks>
internal sealed class RequestRouter
{
    private RouteTable _table = RouteTable.Empty;

    /// <summary>The newest table.</summary>
    public RouteTable Table => Volatile.Read(ref _table);

    /// <summary>Takes a newer table; requests that hold routes of the older one are refused by the shards where those changed.</summary>
    public void Publish(RouteTable table) => Volatile.Write(ref _table, table);

    /// <summary>Finds a container.</summary>
    public bool TryFind(string database, string container, [NotNullWhen(true)] out ContainerRoute? route) =>
        Table.TryFind(database, container, out route);
}

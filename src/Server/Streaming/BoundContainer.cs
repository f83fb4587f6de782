using System.Diagnostics.CodeAnalysis;
using Nacre.Server.Routing;

namespace Nacre.Server.Streaming;

/// <summary>A container that a stream's operations name by number. Looked up again whenever the catalogue changed.</summary>
/// <param name="database">The database's name.</param>
/// <param name="container">The container's name.</param>
/// <remarks>Belongs to its stream's reader.</remarks>
internal sealed class BoundContainer(string database, string container)
{
    private RouteTable? _table;
    private ContainerRoute? _route;

    /// <summary>Finds the container as of the newest table.</summary>
    public bool TryResolve(RouteTable table, [NotNullWhen(true)] out ContainerRoute? route)
    {
        if (!ReferenceEquals(table, _table))
        {
            table.TryFind(database, container, out _route);
            _table = table;
        }

        route = _route;
        return route is not null;
    }
}

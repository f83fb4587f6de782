using System.Diagnostics.CodeAnalysis;

namespace Nacre.Server.Routing;

/// <summary>Every container by name, as of one point of the catalogue.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class RouteTable
{
    private readonly Dictionary<string, Dictionary<string, ContainerRoute>> _databases = new(StringComparer.Ordinal);

    /// <summary>Takes over containers with the names of their databases and their own.</summary>
    public RouteTable(IEnumerable<(string Database, string Container, ContainerRoute Route)> containers)
    {
        foreach ((string database, string container, ContainerRoute route) in containers)
        {
            if (!_databases.TryGetValue(database, out Dictionary<string, ContainerRoute>? routes))
            {
                _databases.Add(database, routes = new Dictionary<string, ContainerRoute>(StringComparer.Ordinal));
            }

            routes.Add(container, route);
        }
    }

    /// <summary>No containers.</summary>
    public static RouteTable Empty { get; } = new([]);

    /// <summary>Finds a container; names are compared byte for byte.</summary>
    public bool TryFind(string database, string container, [NotNullWhen(true)] out ContainerRoute? route)
    {
        route = null;
        return _databases.TryGetValue(database, out Dictionary<string, ContainerRoute>? routes) &&
            routes.TryGetValue(container, out route);
    }
}

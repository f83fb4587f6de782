using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Server.Routing;

/// <summary>The catalogue as a table of routes, made anew when the catalogue has changed.</summary>
/// <param name="catalog">What the control shard has applied here.</param>
/// <param name="shards">Every data shard that the catalogue may name.</param>
/// <remarks>Thread-safe. Whoever first sees a newer catalogue makes the table; containers that did not change keep their routes.</remarks>
internal sealed class CatalogRoutes(ICatalogReader catalog, IReadOnlyDictionary<ShardId, IDataShard> shards) : IRoutes
{
    private readonly Lock _making = new();
    private Made _made = new(Catalog.Empty, RouteTable.Empty, []);

    /// <inheritdoc/>
    public RouteTable Current
    {
        get
        {
            Catalog newest = catalog.Current;
            Made made = Volatile.Read(ref _made);
            return ReferenceEquals(newest, made.Catalog) ? made.Table : Remake();
        }
    }

    private RouteTable Remake()
    {
        lock (_making)
        {
            Catalog newest = catalog.Current;
            Made before = _made;
            if (!ReferenceEquals(newest, before.Catalog))
            {
                bool isSame = newest.Databases == before.Catalog.Databases;
                Volatile.Write(ref _made, isSame ? before with { Catalog = newest } : Make(newest, before));
            }

            return _made.Table;
        }
    }

    private Made Make(Catalog newest, Made before)
    {
        var routes = new Dictionary<ContainerRecord, ContainerRoute>(ReferenceEqualityComparer.Instance);
        var named = new List<(string, string, ContainerRoute)>();
        foreach (DatabaseRecord database in newest.Databases)
        {
            foreach (ContainerRecord container in database.Containers)
            {
                if (container.State == ResourceState.Ready)
                {
                    ContainerRoute route = before.Routes.TryGetValue(container, out ContainerRoute? known) ? known : RouteOf(container);
                    routes.Add(container, route);
                    named.Add((database.Name, container.Name, route));
                }
            }
        }

        return new Made(newest, new RouteTable(named), routes);
    }

    private ContainerRoute RouteOf(ContainerRecord container) => new(
        container.Database,
        container.Id,
        container.PartitionKey,
        [.. container.Ranges.Select(range => new RangeRoute(range.Id, range.Generation, range.Interval, shards[range.Shard]))]);

    private sealed record Made(Catalog Catalog, RouteTable Table, Dictionary<ContainerRecord, ContainerRoute> Routes);
}

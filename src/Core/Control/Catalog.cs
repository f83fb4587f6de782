using System.Collections.Immutable;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Everything that the control shard knows, at one point of its log: the cluster, databases, containers and their
/// ranges, users and permissions, keys, settings, nodes. Whoever holds one sees a consistent point; a change makes another.
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed record Catalog
{
    /// <summary>Most ranges of one container.</summary>
    public const int MaxRanges = 64;

    /// <summary>Most data shards of a cluster.</summary>
    public const int MaxDataShards = 1024;

    private static readonly ImmutableSortedDictionary<string, UserRecord> NoUsers =
        ImmutableSortedDictionary.Create<string, UserRecord>(StringComparer.Ordinal);

    /// <summary>Before the cluster is created.</summary>
    public static Catalog Empty { get; } = new();

    /// <summary>The last control entry that it shows.</summary>
    public LogIndex Applied { get; init; }

    /// <summary>The cluster; 0 before its creation. Never changes after that.</summary>
    public ClusterId Cluster { get; init; }

    /// <summary>Data shards, counted from 1; 0 before the cluster's creation. Never changes after that.</summary>
    public uint DataShards { get; init; }

    /// <summary>
    /// The highest generation of the key ring that was recorded. Without nodes a ring below it is an older copy; with nodes it
    /// counts the cluster's keys: whoever has not caught up with it asks the others.
    /// </summary>
    public ulong KeyRingGeneration { get; init; }

    /// <summary>Databases but for those being deleted, by name, ordinal.</summary>
    public ImmutableArray<DatabaseRecord> Databases { get; init; } = [];

    /// <summary>Databases being deleted, by id.</summary>
    public ImmutableArray<DatabaseRecord> DeletingDatabases { get; init; } = [];

    /// <summary>Containers being deleted, by id.</summary>
    public ImmutableArray<ContainerRecord> DeletingContainers { get; init; } = [];

    /// <summary>Account keys, by kind.</summary>
    public ImmutableArray<AccountKeyRecord> AccountKeys { get; init; } = [];

    /// <summary>The keys that resource tokens are made under: the newest last, before it the one that was the newest. Oldest first; at most two.</summary>
    public ImmutableArray<TokenKeyRecord> TokenKeys { get; init; } = [];

    /// <summary>Users of each database that has any, by name, ordinal.</summary>
    public ImmutableDictionary<DatabaseId, ImmutableSortedDictionary<string, UserRecord>> Users { get; init; } =
        ImmutableDictionary<DatabaseId, ImmutableSortedDictionary<string, UserRecord>>.Empty;

    /// <summary>Every permission of every user: what there is in force.</summary>
    public ImmutableDictionary<PermissionId, PermissionRecord> Permissions { get; init; } =
        ImmutableDictionary<PermissionId, PermissionRecord>.Empty;

    /// <summary>Settings, by name, ordinal.</summary>
    public ImmutableArray<SettingRecord> Settings { get; init; } = [];

    /// <summary>The cluster's nodes, those that were removed among them, by id. None where no node ever had a node port.</summary>
    public ImmutableArray<ClusterNode> Nodes { get; init; } = [];

    /// <summary>Tokens that let a node join: not used yet, and not known to have expired. By id.</summary>
    public ImmutableArray<JoinTokenRecord> JoinTokens { get; init; } = [];

    /// <summary>Key domains, by id.</summary>
    public ImmutableArray<KeyDomainRecord> KeyDomains { get; init; } = [];

    /// <summary>Finds a database that is not being deleted; null when there is none.</summary>
    public DatabaseRecord? FindDatabase(string name)
    {
        int at = PlaceOf(Databases, name, static database => database.Name);
        return at >= 0 ? Databases[at] : null;
    }

    /// <summary>Finds a container that is not being deleted, whether it is ready or not; null when there is none.</summary>
    public ContainerRecord? FindContainer(string database, string name) => FindDatabase(database)?.FindContainer(name);

    /// <summary>Finds a container in whatever state; null when there is none. Takes time in the number of containers.</summary>
    public ContainerRecord? FindContainer(ContainerId id)
    {
        foreach (DatabaseRecord database in Databases)
        {
            foreach (ContainerRecord container in database.Containers)
            {
                if (container.Id == id)
                {
                    return container;
                }
            }
        }

        return DeletingContainers.FirstOrDefault(container => container.Id == id);
    }

    /// <summary>A database's users, by name, ordinal.</summary>
    public ImmutableSortedDictionary<string, UserRecord> UsersOf(DatabaseId database) => Users.GetValueOrDefault(database, NoUsers);

    /// <summary>Finds a user of a database that is not being deleted; null when there is none.</summary>
    public UserRecord? FindUser(string database, string name) =>
        FindDatabase(database) is { } found ? UsersOf(found.Id).GetValueOrDefault(name) : null;

    /// <summary>Finds an account key; null when it is not set.</summary>
    public AccountKeyRecord? FindAccountKey(AccountKeyKind kind) => AccountKeys.FirstOrDefault(key => key.Kind == kind);

    /// <summary>Finds a node, also one that was removed; null when there never was one of that id.</summary>
    public ClusterNode? FindNode(NodeId id) => Nodes.FirstOrDefault(node => node.Id == id);

    /// <summary>Finds a join token; null when it was used, has expired or never was.</summary>
    public JoinTokenRecord? FindJoinToken(UInt128 id) => JoinTokens.FirstOrDefault(token => token.Id == id);

    /// <summary>A setting's value; null when it is not set.</summary>
    public string? SettingOf(string name)
    {
        int at = PlaceOf(Settings, name, static setting => setting.Name);
        return at >= 0 ? Settings[at].Value : null;
    }

    /// <summary>Containers whose creation or deletion is not finished, by id.</summary>
    public IEnumerable<ContainerRecord> UnfinishedContainers() =>
        Databases.SelectMany(database => database.Containers)
            .Where(container => container.State == ResourceState.Creating || container.IndexingPending)
            .Concat(DeletingContainers)
            .OrderBy(container => container.Id);

    /// <summary>Finds a name in records sorted by name.</summary>
    /// <returns>Its place; else the complement of the place where it would stand.</returns>
    public static int PlaceOf<T>(ImmutableArray<T> sorted, string name, Func<T, string> nameOf)
    {
        int low = 0;
        int high = sorted.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(nameOf(sorted[middle]), name);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }
}

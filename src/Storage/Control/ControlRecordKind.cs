namespace Nacre.Storage.Control;

/// <summary>What a record of a control checkpoint holds. Numbers are stored; a reader refuses those it does not know.</summary>
internal enum ControlRecordKind : ushort
{
    /// <summary>The cluster, counters and stamps; the first record.</summary>
    Head = 1,

    /// <summary>A key domain.</summary>
    KeyDomain = 2,

    /// <summary>A database.</summary>
    Database = 3,

    /// <summary>A container with its ranges; stands behind its database, unless that is gone.</summary>
    Container = 4,

    /// <summary>An account key.</summary>
    AccountKey = 5,

    /// <summary>A setting.</summary>
    Setting = 6,

    /// <summary>A client's remembered outcomes.</summary>
    Client = 7,

    /// <summary>A user; stands behind its database.</summary>
    User = 8,

    /// <summary>A permission; stands behind its user and its container.</summary>
    Permission = 9,

    /// <summary>A key of resource tokens; oldest first.</summary>
    TokenKey = 10,

    /// <summary>The replica set of the last applied configuration entry; at most one.</summary>
    ReplicaSet = 11,

    /// <summary>A node of the cluster; by id.</summary>
    ClusterNode = 12,

    /// <summary>A join token; by id.</summary>
    JoinToken = 13,

    /// <summary>A container's indexing policy; stands right behind the container.</summary>
    ContainerIndexing = 14,
}

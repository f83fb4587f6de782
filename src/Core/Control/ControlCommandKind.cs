namespace Nacre.Core.Control;

/// <summary>What a control command does: its first byte. Numbers are stored and never reused.</summary>
public enum ControlCommandKind : byte
{
    /// <summary>No command.</summary>
    None = 0,

    /// <summary><see cref="CreateCluster"/>.</summary>
    CreateCluster = 1,

    /// <summary><see cref="CreateDatabase"/>.</summary>
    CreateDatabase = 2,

    /// <summary><see cref="DeleteDatabase"/>.</summary>
    DeleteDatabase = 3,

    /// <summary><see cref="DatabaseGone"/>.</summary>
    DatabaseGone = 4,

    /// <summary><see cref="CreateContainer"/>.</summary>
    CreateContainer = 5,

    /// <summary><see cref="ContainerReady"/>.</summary>
    ContainerReady = 6,

    /// <summary><see cref="DeleteContainer"/>.</summary>
    DeleteContainer = 7,

    /// <summary><see cref="ContainerGone"/>.</summary>
    ContainerGone = 8,

    /// <summary><see cref="SetAccountKey"/>.</summary>
    SetAccountKey = 9,

    /// <summary><see cref="SetSetting"/>.</summary>
    SetSetting = 10,

    /// <summary><see cref="RecordKeyRingGeneration"/>.</summary>
    RecordKeyRingGeneration = 11,

    /// <summary><see cref="CreateUser"/>.</summary>
    CreateUser = 12,

    /// <summary><see cref="DeleteUser"/>.</summary>
    DeleteUser = 13,

    /// <summary><see cref="CreatePermission"/>.</summary>
    CreatePermission = 14,

    /// <summary><see cref="ReplacePermission"/>.</summary>
    ReplacePermission = 15,

    /// <summary><see cref="DeletePermission"/>.</summary>
    DeletePermission = 16,

    /// <summary><see cref="SetTokenKey"/>.</summary>
    SetTokenKey = 17,

    /// <summary><see cref="CreateJoinToken"/>.</summary>
    CreateJoinToken = 18,

    /// <summary><see cref="RemoveJoinToken"/>.</summary>
    RemoveJoinToken = 19,

    /// <summary><see cref="AddNode"/> without a key: the founder, and whoever joined before there were keys in it.</summary>
    AddNode = 20,

    /// <summary><see cref="SetNode"/>.</summary>
    SetNode = 21,

    /// <summary><see cref="AddNode"/> with the joining node's key.</summary>
    JoinNode = 22,

    /// <summary><see cref="CreateContainer"/> with an indexing policy.</summary>
    CreateIndexedContainer = 23,

    /// <summary><see cref="SetContainerIndexing"/>.</summary>
    SetContainerIndexing = 24,

    /// <summary><see cref="ContainerIndexingSet"/>.</summary>
    ContainerIndexingSet = 25,
}

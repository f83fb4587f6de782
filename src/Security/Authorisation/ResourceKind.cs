namespace Nacre.Security.Authorisation;

/// <summary>What a request touches.</summary>
public enum ResourceKind : byte
{
    /// <summary>The account itself: its information, its keys, its encryption keys.</summary>
    Account = 1,

    /// <summary>A database, or the list of them.</summary>
    Database = 2,

    /// <summary>A container, or a database's list of them.</summary>
    Container = 3,

    /// <summary>Items of a container.</summary>
    Item = 4,

    /// <summary>A user of a database, or the list of them.</summary>
    User = 5,

    /// <summary>A permission of a user, the list of them, or a token made from one.</summary>
    Permission = 6,
}

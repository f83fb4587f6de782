namespace Nacre.Core.Commands;

/// <summary>What an operation does to its item. Numbers are stored.</summary>
public enum ItemOperationKind : byte
{
    /// <summary>Makes the item; AlreadyExists when it is there.</summary>
    Create = 1,

    /// <summary>Makes or replaces the item.</summary>
    Upsert = 2,

    /// <summary>Replaces the item; NotFound when it is not there.</summary>
    Replace = 3,

    /// <summary>Removes the item; NotFound when it is not there.</summary>
    Delete = 4,
}

namespace Nacre.Core.Commands;

/// <summary>Why an entry was proposed. Numbers are stored.</summary>
public enum EntryCause : byte
{
    /// <summary>A caller asked for it.</summary>
    User = 0,

    /// <summary>An item's time to live ran out.</summary>
    Expiry = 1,

    /// <summary>A procedure's write set.</summary>
    Procedure = 2,

    /// <summary>The cluster's own work.</summary>
    System = 3,
}

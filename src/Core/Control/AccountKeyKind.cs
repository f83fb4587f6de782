namespace Nacre.Core.Control;

/// <summary>The account's keys. Numbers are stored.</summary>
public enum AccountKeyKind : byte
{
    /// <summary>Reads and writes.</summary>
    Primary = 1,

    /// <summary>Reads and writes; stays valid while the primary is regenerated.</summary>
    Secondary = 2,

    /// <summary>Reads.</summary>
    PrimaryReadOnly = 3,

    /// <summary>Reads; stays valid while the primary one is regenerated.</summary>
    SecondaryReadOnly = 4,
}

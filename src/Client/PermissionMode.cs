namespace Nacre.Client;

/// <summary>How far a permission goes.</summary>
public enum PermissionMode
{
    /// <summary>Reads.</summary>
    Read = 1,

    /// <summary>Reads and writes.</summary>
    All = 2,
}

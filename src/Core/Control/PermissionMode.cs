namespace Nacre.Core.Control;

/// <summary>How far a permission goes. Numbers are stored.</summary>
public enum PermissionMode : byte
{
    /// <summary>Reads.</summary>
    Read = 1,

    /// <summary>Reads and writes.</summary>
    All = 2,
}

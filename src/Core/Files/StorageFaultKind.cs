namespace Nacre.Core.Files;

/// <summary>Why a storage operation failed.</summary>
public enum StorageFaultKind : byte
{
    /// <summary>The device reported an error (EIO and its like). Never retried on the same bytes.</summary>
    Io = 0,

    /// <summary>No space or quota is left.</summary>
    NoSpace = 1,

    /// <summary>Stored bytes fail their check.</summary>
    Corrupt = 2,
}

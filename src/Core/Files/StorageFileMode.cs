namespace Nacre.Core.Files;

/// <summary>How <see cref="IFileSystem.Open"/> treats a file that is, or is not, there.</summary>
public enum StorageFileMode : byte
{
    /// <summary>It must be there.</summary>
    Existing = 0,

    /// <summary>It must not be there; created with mode 0600.</summary>
    New = 1,

    /// <summary>Created with mode 0600 unless it is there.</summary>
    ExistingOrNew = 2,

    /// <summary>It must be there, and is only read: it may lie where nothing can be written. Every change is refused.</summary>
    ReadOnly = 3,
}

namespace Nacre.Testing;

/// <summary>What was asked of a <see cref="SimulatedFileSystem"/>.</summary>
public enum SimulatedOperationKind
{
    /// <summary>Bytes were read. The only one that changes nothing and is no place to crash at.</summary>
    Read,

    /// <summary>A file was made.</summary>
    Create,

    /// <summary>Bytes were written.</summary>
    Write,

    /// <summary>A file's data was made durable.</summary>
    Flush,

    /// <summary>A file was cut or extended.</summary>
    SetLength,

    /// <summary>Blocks were reserved.</summary>
    Allocate,

    /// <summary>A file was removed.</summary>
    Delete,

    /// <summary>A file was renamed.</summary>
    Rename,

    /// <summary>A folder's entries were made durable.</summary>
    SyncDirectory,

    /// <summary>A folder was made.</summary>
    CreateDirectory,

    /// <summary>A folder was removed with what was in it.</summary>
    DeleteDirectory,
}

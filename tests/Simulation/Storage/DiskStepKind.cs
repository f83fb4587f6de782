namespace Nacre.Simulation.Tests.Storage;

/// <summary>What a step of a recording did.</summary>
internal enum DiskStepKind
{
    /// <summary>Bytes were written.</summary>
    Write,

    /// <summary>A file was cut or extended.</summary>
    SetLength,

    /// <summary>Folder entries changed: a file was made, renamed or removed.</summary>
    Entries,

    /// <summary>A folder was made; durable at once.</summary>
    CreateDirectory,

    /// <summary>A folder was removed; its files were before.</summary>
    DeleteDirectory,

    /// <summary>A file's data was made durable.</summary>
    Flush,

    /// <summary>A folder's entries were made durable.</summary>
    SyncDirectory,

    /// <summary>Nothing on the disk: something happened above it.</summary>
    Marker,
}

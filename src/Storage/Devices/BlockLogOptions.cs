using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;

namespace Nacre.Storage.Devices;

/// <summary>What a block log is made with.</summary>
internal sealed record BlockLogOptions
{
    /// <summary>Where the files are.</summary>
    public required IFileSystem FileSystem { get; init; }

    /// <summary>The folder; it exists.</summary>
    public required string Directory { get; init; }

    /// <summary>The store that the log belongs to.</summary>
    public required StoreId Store { get; init; }

    /// <summary>The log's name within the store.</summary>
    public required BlockLogId Log { get; init; }

    /// <summary>Fixed when the store is created.</summary>
    public required BlockGeometry Geometry { get; init; }

    /// <summary>Where keys come from.</summary>
    public required IDataKeys Keys { get; init; }

    /// <summary>Whose keys.</summary>
    public required KeyDomainId Domain { get; init; }

    /// <summary>Where salts come from.</summary>
    public required IRandomSource Random { get; init; }

    /// <summary>Blocks that are sealed under one salt. 1 to 2^24; live at the next start.</summary>
    public ulong BlocksPerSalt { get; init; } = 1UL << 24;

    /// <summary>True to open files for reading alone.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Tag groups kept in memory, 4 KiB each. At least 1; live at the next start.</summary>
    public int CachedTagGroups { get; init; } = 256;
}

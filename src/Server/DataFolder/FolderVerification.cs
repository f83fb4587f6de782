using Nacre.Storage;

namespace Nacre.Server.DataFolder;

/// <summary>What an offline check of a whole data folder found.</summary>
public sealed record FolderVerification
{
    /// <summary>What the folder was doing when it was last written; null where the node file cannot be read.</summary>
    public required NodeState? State { get; init; }

    /// <summary>Damage, and notes of what is none: what a crash left, and what cannot be told.</summary>
    public required IReadOnlyList<StorageFinding> Findings { get; init; }

    /// <summary>Files in the folder.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes of these files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whole frames of the log.</summary>
    public required long Frames { get; init; }

    /// <summary>Entries that the log holds, of all shards.</summary>
    public required long Entries { get; init; }

    /// <summary>Blocks of the stores that were decrypted and found right.</summary>
    public required long Blocks { get; init; }

    /// <summary>Documents in the newest checkpoints that were read and are right.</summary>
    public required long Documents { get; init; }

    /// <summary>Their bytes of JSON.</summary>
    public required long DocumentBytes { get; init; }

    /// <summary>Entries of the indexes.</summary>
    public required long IndexEntries { get; init; }

    /// <summary>True when nothing is damaged.</summary>
    public bool IsSound => !Findings.Any(finding => finding.IsDamage);
}

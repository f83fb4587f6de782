using Microsoft.Extensions.Logging;

namespace Nacre.Storage;

/// <summary>What the stores tell. Event ids 2000 to 2049.</summary>
internal static partial class StoreLog
{
    /// <summary>A manifest cannot be used; the one before it is.</summary>
    public static void ManifestDamaged(ILogger? logger, uint shard, ulong generation, string reason)
    {
        if (logger is not null)
        {
            TellManifestDamaged(logger, shard, generation, reason);
        }
    }

    /// <summary>An index checkpoint cannot be used; the log is read instead.</summary>
    public static void IndexDamaged(ILogger? logger, uint shard, string file, string place)
    {
        if (logger is not null)
        {
            TellIndexDamaged(logger, shard, file, place);
        }
    }

    /// <summary>The store stopped.</summary>
    public static void Stopped(ILogger? logger, uint shard, Exception fault)
    {
        if (logger is not null)
        {
            TellStopped(logger, shard, fault);
        }
    }

    /// <summary>A slice of compaction was given up.</summary>
    public static void CompactionWaits(ILogger? logger, uint shard, Exception fault)
    {
        if (logger is not null)
        {
            TellCompactionWaits(logger, shard, fault);
        }
    }

    /// <summary>A checkpoint of a hash index was given up.</summary>
    public static void IndexAbandoned(ILogger? logger, uint shard, Exception fault)
    {
        if (logger is not null)
        {
            TellIndexAbandoned(logger, shard, fault);
        }
    }

    /// <summary>A file that only a snapshot needed could not be removed.</summary>
    public static void HeldFileRemains(ILogger? logger, uint shard, Exception fault)
    {
        if (logger is not null)
        {
            TellHeldFileRemains(logger, shard, fault);
        }
    }

    [LoggerMessage(2000, LogLevel.Error, "Shard {Shard}: manifest {Generation} cannot be used ({Reason}); recovering from the one before it")]
    private static partial void TellManifestDamaged(ILogger logger, uint shard, ulong generation, string reason);

    [LoggerMessage(2001, LogLevel.Error, "Shard {Shard}: the index checkpoint {File} is damaged ({Place}); reading the whole log instead")]
    private static partial void TellIndexDamaged(ILogger logger, uint shard, string file, string place);

    [LoggerMessage(2002, LogLevel.Error, "Shard {Shard}: the store stopped after a fault")]
    private static partial void TellStopped(ILogger logger, uint shard, Exception fault);

    [LoggerMessage(2003, LogLevel.Error, "Shard {Shard}: compaction met a fault and waits for the next checkpoint; its space is not given back")]
    private static partial void TellCompactionWaits(ILogger logger, uint shard, Exception fault);

    [LoggerMessage(2004, LogLevel.Warning, "Shard {Shard}: a checkpoint of the hash index met a fault and was given up; a start reads more of the log until the next one")]
    private static partial void TellIndexAbandoned(ILogger logger, uint shard, Exception fault);

    [LoggerMessage(2005, LogLevel.Warning, "Shard {Shard}: a file that only a snapshot needed could not be removed; the next checkpoint tries again")]
    private static partial void TellHeldFileRemains(ILogger logger, uint shard, Exception fault);
}

using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>What was found when a log was opened.</summary>
public sealed record LogRecovery
{
    /// <summary>Each shard with entries or a hard state, as recovered.</summary>
    public required IReadOnlyDictionary<ShardId, ShardLogState> Shards { get; init; }

    /// <summary>The tail that was cut; null when the last frame was whole.</summary>
    public required LogTailCut? TailCut { get; init; }

    /// <summary>True when the last frame is the seal of a clean stop: then the log is known to be complete.</summary>
    public required bool IsCleanStop { get; init; }

    /// <summary>What the node left with that seal; empty without one.</summary>
    public required ReadOnlyMemory<byte> Note { get; init; }

    /// <summary>Where the log ended; null for a new log.</summary>
    public required LogEnd? End { get; init; }

    /// <summary>Sections passed over because their data key is not known: it was destroyed with its database.</summary>
    public required long UnreadableSections { get; init; }

    /// <summary>Segments that were read.</summary>
    public required int Segments { get; init; }
}

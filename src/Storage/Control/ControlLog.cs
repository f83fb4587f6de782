using Microsoft.Extensions.Logging;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <summary>What the control shard's store says to the operator: event ids 2500 to 2599.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(2500, LogLevel.Information, "The catalogue is recovered from checkpoint {Generation} at entry {Applied}.")]
    public static partial void Recovered(ILogger logger, ulong generation, LogIndex applied);

    [LoggerMessage(2501, LogLevel.Error, "Checkpoint {Generation} of the catalogue is damaged; an older one and the log stand in for it. Find out what damaged it.")]
    public static partial void CheckpointDamaged(ILogger logger, ulong generation, Exception cause);
}

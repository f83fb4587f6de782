using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <summary>A checkpoint file of the control shard.</summary>
/// <param name="Generation">Counts the checkpoints.</param>
/// <param name="Applied">The last entry in it.</param>
/// <param name="Key">The data key that it needs.</param>
public sealed record ControlCheckpoint(ulong Generation, LogIndex Applied, DataKeyId Key);

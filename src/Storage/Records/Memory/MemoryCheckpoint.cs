using Nacre.Core.Ids;

namespace Nacre.Storage.Records.Memory;

/// <summary>What a manifest holds.</summary>
/// <param name="Applied">Index of the last entry in it.</param>
/// <param name="Meta">The state machine's bytes.</param>
/// <param name="Items">Item records.</param>
/// <param name="Nodes">Tree nodes.</param>
internal sealed record MemoryCheckpoint(LogIndex Applied, byte[] Meta, MemoryRecords Items, MemoryRecords Nodes);

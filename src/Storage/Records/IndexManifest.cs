using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>What a manifest keeps of an index checkpoint.</summary>
/// <param name="Token">FASTER's name for it.</param>
/// <param name="Metadata">FASTER's own words about it.</param>
/// <param name="TailAddress">The log's tail when it was complete.</param>
/// <param name="Blocks">How its pages are read and proved.</param>
internal sealed record IndexManifest(Guid Token, byte[] Metadata, long TailAddress, BlockLogState Blocks);

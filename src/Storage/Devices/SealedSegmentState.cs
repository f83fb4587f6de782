namespace Nacre.Storage.Devices;

/// <summary>What a manifest keeps of a full segment.</summary>
/// <param name="Number">Position among the log's segments.</param>
/// <param name="Generation">Of the file.</param>
/// <param name="Epochs">Ordinals of the epochs that its blocks are under, rising.</param>
/// <param name="Root">SHA-256 of the seal sector.</param>
internal sealed record SealedSegmentState(long Number, uint Generation, IReadOnlyList<uint> Epochs, byte[] Root);

namespace Nacre.Storage.Devices;

/// <summary>
/// What a manifest keeps of the segment that its end lies in. The hashes and tags stand here and not in the file,
/// where the sectors meant for them are written once, when they are complete.
/// </summary>
/// <param name="Number">Position among the log's segments.</param>
/// <param name="Generation">Of the file.</param>
/// <param name="Epochs">Ordinals of the epochs that its blocks are under, rising.</param>
/// <param name="Hashes">SHA-256 of the tag sectors of the groups that lie wholly below the end, 32 bytes each.</param>
/// <param name="Tags">
/// Tag entries of the blocks of the group that the end cuts, 32 bytes each; empty when it cuts none.
/// </param>
internal sealed record TailSegmentState(long Number, uint Generation, IReadOnlyList<uint> Epochs, byte[] Hashes, byte[] Tags);

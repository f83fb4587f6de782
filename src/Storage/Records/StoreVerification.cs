namespace Nacre.Storage.Records;

/// <summary>What an offline check of a shard's folder found.</summary>
/// <param name="Findings">Damage; empty for a sound store.</param>
/// <param name="Notes">
/// What is not damage and worth knowing: bytes beyond the last checkpoint, files that a crash left over.
/// </param>
/// <param name="Generations">Generations of the manifests that can be read, newest first.</param>
/// <param name="Blocks">Blocks that were decrypted and found right.</param>
internal sealed record StoreVerification(
    IReadOnlyList<StoreFinding> Findings, IReadOnlyList<StoreFinding> Notes, IReadOnlyList<ulong> Generations, long Blocks);

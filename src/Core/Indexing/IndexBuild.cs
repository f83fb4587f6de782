namespace Nacre.Core.Indexing;

/// <summary>Indexes of a range that are being built, and do not answer yet.</summary>
/// <param name="Policy">What they will hold.</param>
/// <param name="Progress">About which part of the range's items they have, 0 to 1.</param>
public sealed record IndexBuild(IndexingPolicy Policy, double Progress);

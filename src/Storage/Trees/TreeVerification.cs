namespace Nacre.Storage.Trees;

/// <summary>What a <see cref="TreeVerifier"/> saw of one tree.</summary>
/// <param name="Findings">What is wrong, in tree order; empty for a sound tree.</param>
/// <param name="Entries">Entries in the leaves that could be read.</param>
/// <param name="Leaves">Leaves that could be read.</param>
/// <param name="InnerNodes">Inner nodes that could be read.</param>
/// <param name="Bytes">Bytes of all of them.</param>
internal sealed record TreeVerification(
    IReadOnlyList<TreeFinding> Findings, long Entries, long Leaves, long InnerNodes, long Bytes);

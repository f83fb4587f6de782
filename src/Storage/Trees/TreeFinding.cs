namespace Nacre.Storage.Trees;

/// <summary>Something wrong with a tree.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Node">Number of the node that is wrong, or that holds what is wrong.</param>
/// <param name="Detail">What was seen; no key, no value.</param>
internal sealed record TreeFinding(TreeId Tree, ulong Node, string Detail);

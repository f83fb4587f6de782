namespace Nacre.Storage.Documents;

/// <summary>Something in a data shard's checkpoint that does not fit together.</summary>
/// <param name="File">Which of the shard's parts: its items, a tree, the manifest.</param>
/// <param name="Place">Where in it: tablet, write and operation, or node.</param>
/// <param name="What">What is wrong, in words; no document text, no ids.</param>
internal sealed record DocumentFinding(string File, string Place, string What);

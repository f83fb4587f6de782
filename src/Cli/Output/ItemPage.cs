namespace Nacre.Cli.Output;

/// <summary>Part of a list, and where the next part begins; null at the end.</summary>
internal sealed record ItemPage(IReadOnlyList<ItemDocument> Items, string? Continuation);

namespace Nacre.Cli.Output;

/// <summary>What was deleted, by name.</summary>
internal sealed record Deleted(string Name);

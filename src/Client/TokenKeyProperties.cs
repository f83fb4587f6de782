namespace Nacre.Client;

/// <summary>The key that resource tokens are made under; it never leaves the server.</summary>
/// <param name="Generation">Counts the keys, from 1.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
public sealed record TokenKeyProperties(long Generation, DateTimeOffset CreatedAt);

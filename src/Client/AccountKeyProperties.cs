namespace Nacre.Client;

/// <summary>An account key, without the key.</summary>
/// <param name="Kind">Which of the four.</param>
/// <param name="KeyId">Names the key in signatures and in the audit; not secret.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
public sealed record AccountKeyProperties(AccountKeyKind Kind, string KeyId, DateTimeOffset CreatedAt);

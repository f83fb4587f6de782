using Nacre.Client;

namespace Nacre.Cli.Output;

/// <summary>A new account key, the key itself included.</summary>
internal sealed record NewKey(AccountKeyKind Kind, string KeyId, DateTimeOffset CreatedAt, string Key);

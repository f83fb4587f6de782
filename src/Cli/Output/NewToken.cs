namespace Nacre.Cli.Output;

/// <summary>A token, its secret included.</summary>
internal sealed record NewToken(string Token, DateTimeOffset ExpiresAt);

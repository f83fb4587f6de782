namespace Nacre.Cli.Output;

/// <summary>A join token, its secret included.</summary>
internal sealed record NewJoinToken(string Token, string Id, DateTimeOffset ExpiresAt);

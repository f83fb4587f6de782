namespace Nacre.Security.Tokens;

/// <summary>A resource token as its bearer gets it.</summary>
/// <param name="Text">What it says and its secret, with a point between: 140 characters. A secret as a whole.</param>
/// <param name="Expires">When it ends; whole milliseconds.</param>
public sealed record IssuedToken(string Text, DateTimeOffset Expires);

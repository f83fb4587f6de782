namespace Nacre.Cli.Transfer;

/// <summary>A line that did not go in, as the reject file keeps it: one JSON object a line.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Code">Why.</param>
/// <param name="Message">Why, for a person.</param>
/// <param name="Text">The line; null where it is not UTF-8 or too long to keep.</param>
/// <param name="Base64">The line where it is not UTF-8.</param>
internal sealed record Reject(long Line, string Code, string Message, string? Text, byte[]? Base64);

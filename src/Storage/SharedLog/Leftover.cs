namespace Nacre.Storage.SharedLog;

/// <summary>A segment file that does not belong to the log.</summary>
/// <param name="Path">The file.</param>
/// <param name="Why">Why not.</param>
/// <param name="Segment">What it was before it was freed; null when that cannot be told.</param>
internal sealed record Leftover(string Path, string Why, LogSegment? Segment);

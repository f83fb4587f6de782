namespace Nacre.Storage.Devices;

/// <summary>
/// Names a tag group: a segment that is rewritten under another key has other tags for the same blocks.
/// </summary>
/// <param name="Group">Counted over all segments.</param>
/// <param name="Generation">Of the segment's file.</param>
internal readonly record struct TagKey(long Group, uint Generation);

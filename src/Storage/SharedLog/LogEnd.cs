namespace Nacre.Storage.SharedLog;

/// <summary>
/// Where a log ended. Kept outside the log at a clean stop, it tells a log that lost its last segment, or was put
/// back to an older state as a whole, from the right one.
/// </summary>
/// <param name="UseId">Use id of the last segment.</param>
/// <param name="Frame">Number of the last frame.</param>
/// <param name="Offset">Bytes of the last segment that belong to the log.</param>
/// <param name="Tag">Tag of the last frame.</param>
public readonly record struct LogEnd(ulong UseId, ulong Frame, long Offset, UInt128 Tag);

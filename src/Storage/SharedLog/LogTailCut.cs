namespace Nacre.Storage.SharedLog;

/// <summary>
/// What follows the last whole frame was written, but is not whole, and no later frame proves that it ever was: a
/// crash tore it before anybody was told that it is durable. (Rot in the very last frame looks the same on one node.)
/// </summary>
/// <param name="File">The segment's path.</param>
/// <param name="Offset">Byte offset of what was cut.</param>
/// <param name="Frame">Number of the frame that was begun there.</param>
public sealed record LogTailCut(string File, long Offset, ulong Frame);

using Nacre.Core.Files;

namespace Nacre.Storage.SharedLog;

/// <summary>A segment file that stands ready: written over its whole length, flushed, its folder entry synced.</summary>
/// <param name="FileId">The file.</param>
/// <param name="File">Open.</param>
/// <param name="Capacity">Its length in bytes.</param>
internal sealed record PreparedFile(ulong FileId, IStorageFile File, long Capacity);

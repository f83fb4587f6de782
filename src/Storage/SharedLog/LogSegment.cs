using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>A segment of a log, as others may know it.</summary>
/// <param name="UseId">This use of the file; rises from segment to segment.</param>
/// <param name="Path">The file.</param>
/// <param name="EndOffset">Bytes of it that belong to the log; 4,096, the header alone, when its frames were not read.</param>
/// <param name="IsActive">True for the segment being written.</param>
/// <param name="Keys">The data keys that something in it is sealed under, in order.</param>
public sealed record LogSegment(
    ulong UseId, string Path, long EndOffset, bool IsActive, IReadOnlyList<DataKeyId> Keys);

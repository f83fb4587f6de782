namespace Nacre.Client;

/// <summary>An item as it was read.</summary>
/// <typeparam name="T">The item's type; <see cref="ReadOnlyMemory{T}"/> of bytes for raw UTF-8 JSON.</typeparam>
/// <param name="Value">The document.</param>
/// <param name="ETag">Names this version; for <see cref="WriteOptions.IfMatch"/> and <see cref="ReadOptions.IfNoneMatch"/>.</param>
/// <param name="Lsn">Log sequence number of the last write, rising within a range.</param>
/// <param name="Timestamp">When it was last written, by the server's clock; whole milliseconds, UTC.</param>
public readonly record struct Item<T>(T Value, string ETag, ulong Lsn, DateTimeOffset Timestamp)
{
    /// <summary>The session with this read in it; as <see cref="WriteResult.SessionToken"/>.</summary>
    public string? SessionToken { get; init; }
}

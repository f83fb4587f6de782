namespace Nacre.Client;

/// <summary>
/// What a write did. The server keeps a document byte for byte as it was given, so the answer does not repeat it.
/// </summary>
/// <param name="ETag">The new version's; empty after a delete.</param>
/// <param name="Lsn">Log sequence number of the write, rising within a range.</param>
/// <param name="Timestamp">When it was written, by the server's clock; whole milliseconds, UTC.</param>
/// <param name="Created">True when the item was not there before; for upserts.</param>
public readonly record struct WriteResult(string ETag, ulong Lsn, DateTimeOffset Timestamp, bool Created)
{
    /// <summary>
    /// The session with this write in it, for a reader in another process: <see cref="ReadOptions.SessionToken"/>. Null where
    /// neither the client nor the account is at session level.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? SessionToken { get; init; }
}

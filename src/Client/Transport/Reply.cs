namespace Nacre.Client.Transport;

/// <summary>What the server answered to an <see cref="ItemCall"/>.</summary>
/// <param name="ETag">The item's version; empty after a delete.</param>
/// <param name="Lsn">Log sequence number of the version.</param>
/// <param name="TimestampMs">Unix time of the write.</param>
/// <param name="Body">UTF-8 JSON of a read; empty for a write.</param>
/// <param name="Created">An upsert that created.</param>
/// <param name="SessionToken">Empty where none was asked for.</param>
/// <param name="LedElsewhere">The node had to ask another one, which leads the shard, for this operation or one beside it.</param>
internal readonly record struct Reply(
    string ETag,
    ulong Lsn,
    long TimestampMs,
    ReadOnlyMemory<byte> Body,
    bool Created,
    string SessionToken,
    bool LedElsewhere);

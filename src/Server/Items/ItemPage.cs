using Google.Protobuf;
using Nacre.Core.Documents;
using Nacre.Protocol.V1;

namespace Nacre.Server.Items;

/// <summary>One page of a list as it fills up.</summary>
/// <param name="maxItems">It is full with so many items.</param>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ItemPage(int maxItems)
{
    /// <summary>A page ends before it would grow past this, unless it would be empty.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int OverheadBytes = 64;

    private int _bytes;

    /// <summary>What is on the page.</summary>
    public ListItemsResponse Response { get; } = new();

    /// <summary>True when nothing is on it.</summary>
    public bool IsEmpty => Response.Items.Count == 0;

    /// <summary>Puts a document on the page.</summary>
    /// <returns>False when the page has no room for it.</returns>
    public bool TryAdd(DocumentLease document)
    {
        int bytes = document.Utf8Json.Length + OverheadBytes;
        if (Response.Items.Count == maxItems || (!IsEmpty && _bytes + bytes > MaxBytes))
        {
            return false;
        }

        _bytes += bytes;
        Response.Items.Add(new ListedItem
        {
            Etag = document.ETag.ToString(),
            Lsn = document.Lsn.Value,
            TimestampMs = document.Timestamp.ToUnixTimeMilliseconds(),
            Body = ByteString.CopyFrom(document.Utf8Json.Span),
        });
        return true;
    }
}

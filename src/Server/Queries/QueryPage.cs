using System.Buffers;
using Google.Protobuf;
using Nacre.Protocol.V1;
using Nacre.Query.Values;

namespace Nacre.Server.Queries;

/// <summary>One page of a query as it fills up.</summary>
/// <param name="maxRows">It is full with so many rows.</param>
/// <remarks>Not thread-safe.</remarks>
internal sealed class QueryPage(long maxRows)
{
    /// <summary>A page ends before it would grow past this, unless it would be empty.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int OverheadBytes = 8;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _items;
    private long _itemBytes;
    private int _bytes;

    /// <summary>What is on the page.</summary>
    public QueryResponse Response { get; } = new();

    /// <summary>Items looked at.</summary>
    public long Items => _items;

    /// <summary>Counts an item that was looked at.</summary>
    /// <param name="bytes">Its length.</param>
    public void Count(int bytes)
    {
        _items++;
        _itemBytes += bytes;
    }

    /// <summary>Puts a row on the page.</summary>
    /// <returns>False when the page has no room for it.</returns>
    public bool TryAdd(in QueryValue row)
    {
        if (Response.Rows.Count == maxRows)
        {
            return false;
        }

        _buffer.ResetWrittenCount();
        QueryValueWriter.Write(row, _buffer);
        int bytes = _buffer.WrittenCount + OverheadBytes;
        if (Response.Rows.Count > 0 && _bytes + bytes > MaxBytes)
        {
            return false;
        }

        _bytes += bytes;
        Response.Rows.Add(ByteString.CopyFrom(_buffer.WrittenSpan));
        return true;
    }

    /// <summary>Says what it cost.</summary>
    /// <param name="indexEntries">Index entries looked at.</param>
    public QueryResponse Finish(long indexEntries)
    {
        Response.ItemsLookedAt = (ulong)_items;
        Response.BytesRead = (ulong)_itemBytes;
        Response.RequestCharge = QueryCharge.Of(_items, _itemBytes, Response.Rows.Count, indexEntries);
        return Response;
    }
}

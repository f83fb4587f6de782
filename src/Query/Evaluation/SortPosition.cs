using System.Buffers;
using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Planning;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Where a row stands among all sorted rows of a query: by its keys, then by its item, then by its place in the item.</summary>
/// <remarks>Thread-safe: it never changes. It names no place in any store, so that it outlives moves and splits.</remarks>
public sealed class SortPosition
{
    private const int MaxKeys = 1024;
    private const int MaxItemKeyBytes = 16 * 1024;

    internal SortPosition(QueryValue[] keys, ReadOnlyMemory<byte> itemKey, long row)
    {
        Keys = keys;
        ItemKey = itemKey;
        Row = row;
    }

    /// <summary>The key of the item that the row was made from.</summary>
    public ReadOnlyMemory<byte> ItemKey { get; }

    /// <summary>Which of the item's rows it is, from 1.</summary>
    public long Row { get; }

    /// <summary>One for each key of ORDER BY.</summary>
    internal QueryValue[] Keys { get; }

    /// <summary>How many sort keys there are.</summary>
    public int KeyCount => Keys.Length;

    /// <summary>A sort key as indexes have it.</summary>
    /// <param name="key">Which, from 0.</param>
    /// <param name="isExact">False when other values have the same bytes.</param>
    public byte[] IndexKeyOf(int key, out bool isExact) => ValueKeys.Of(Keys[key], out isExact);

    /// <summary>Writes it: row, item key and sort keys, with their lengths. <c>docs/formats/continuation.md</c> has the layout.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        StateCodec.WriteLong(Row, output);
        StateCodec.WriteLong(ItemKey.Length, output);
        output.Write(ItemKey.Span);
        StateCodec.WriteLong(Keys.Length, output);
        foreach (QueryValue key in Keys)
        {
            StateCodec.WriteValue(key, output);
        }
    }

    /// <summary>Reads what <see cref="Write"/> gave; null for anything else.</summary>
    /// <param name="bytes">All of it; borrowed.</param>
    public static SortPosition? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new StateReader(bytes);
            long row = reader.ReadLong();
            ReadOnlyMemory<byte> itemKey = reader.ReadBytes(MaxItemKeyBytes);
            var keys = new QueryValue[reader.ReadCount(MaxKeys)];
            for (int at = 0; at < keys.Length; at++)
            {
                keys[at] = reader.ReadValue();
            }

            return reader.IsAtEnd && row > 0 ? new SortPosition(keys, itemKey, row) : null;
        }
        catch (QueryRefusedException)
        {
            return null;
        }
    }
}

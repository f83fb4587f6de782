using System.Buffers;
using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Query.Evaluation;

namespace Nacre.Server.Queries;

/// <summary>
/// Where a query goes on: places in its own order, never a shard or the number of a range, so that it outlives moves,
/// splits, restarts and failovers. Layout in <c>docs/formats/continuation.md</c>.
/// </summary>
/// <param name="Container">The incarnation queried.</param>
/// <param name="Scope">Which query it was, with its parameters and what it might see; the token of another is refused.</param>
/// <param name="Now">The instant that all pages of the query see.</param>
/// <param name="Passed">Rows gone past, those left out by OFFSET among them.</param>
internal sealed record QueryContinuation(ContainerId Container, ulong Scope, DateTimeOffset Now, long Passed)
{
    // Invariants:
    // - With After, ItemKey is empty and RowsOfItem 0.
    // - IsItemDone, or the item at ItemKey is looked at again and its first RowsOfItem rows are left out.

    private const byte FormatVersion = 16;
    private const byte IsSortedFlag = 1;
    private const byte IsItemDoneFlag = 2;
    private const int FixedBytes = 42;

    /// <summary>Without ORDER BY: the item that the last page ended at.</summary>
    public ReadOnlyMemory<byte> ItemKey { get; init; }

    /// <summary>Whether all rows of that item were given.</summary>
    public bool IsItemDone { get; init; }

    /// <summary>How many rows of that item were gone past.</summary>
    public long RowsOfItem { get; init; }

    /// <summary>With ORDER BY: the last row given.</summary>
    public SortPosition? After { get; init; }

    /// <summary>Writes it, unsigned.</summary>
    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>(FixedBytes + ItemKey.Length);
        Span<byte> head = output.GetSpan(FixedBytes);
        head[0] = FormatVersion;
        head[1] = (byte)((After is null ? 0 : IsSortedFlag) | (IsItemDone ? IsItemDoneFlag : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(head[2..], Container.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[10..], Scope);
        BinaryPrimitives.WriteInt64LittleEndian(head[18..], Now.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(head[26..], Passed);
        BinaryPrimitives.WriteInt64LittleEndian(head[34..], RowsOfItem);
        output.Advance(FixedBytes);
        if (After is null)
        {
            output.Write(ItemKey.Span);
        }
        else
        {
            Invariant.Check(ItemKey.IsEmpty);
            After.Write(output);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> gave; null for anything else.</summary>
    public static QueryContinuation? Decode(ReadOnlyMemory<byte> source)
    {
        ReadOnlySpan<byte> bytes = source.Span;
        if (bytes.Length < FixedBytes || bytes[0] != FormatVersion)
        {
            return null;
        }

        long ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes[18..]);
        long passed = BinaryPrimitives.ReadInt64LittleEndian(bytes[26..]);
        long rowsOfItem = BinaryPrimitives.ReadInt64LittleEndian(bytes[34..]);
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks || passed < 0 || rowsOfItem < 0)
        {
            return null;
        }

        ReadOnlyMemory<byte> rest = source[FixedBytes..];
        bool isSorted = (bytes[1] & IsSortedFlag) != 0;
        SortPosition? after = isSorted ? SortPosition.Read(rest) : null;
        return isSorted && after is null
            ? null
            : new QueryContinuation(
                new ContainerId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[2..])),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[10..]),
                new DateTimeOffset(ticks, TimeSpan.Zero),
                passed)
            {
                ItemKey = isSorted ? default : rest,
                IsItemDone = (bytes[1] & IsItemDoneFlag) != 0,
                RowsOfItem = rowsOfItem,
                After = after,
            };
    }
}

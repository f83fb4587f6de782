using System.Buffers.Binary;
using System.Collections.Immutable;
using Nacre.Core.Documents;
using Nacre.Core.Ids;

namespace Nacre.Server.Items;

/// <summary>
/// Where a list goes on: places in the container's own order, never a shard or the number of a range, so that it
/// outlives moves and splits. Layout in <c>docs/formats/continuation.md</c>.
/// </summary>
/// <param name="Container">The incarnation listed.</param>
/// <param name="Scope">What was listed: order and partition key; the token of another list is refused.</param>
/// <param name="ItemKey">In item order: the last key given. Else empty.</param>
/// <param name="Places">In change order: where each interval not yet finished stands, ascending. Else empty.</param>
internal sealed record Continuation(
    ContainerId Container, ulong Scope, ReadOnlyMemory<byte> ItemKey, ImmutableArray<Continuation.Place> Places)
{
    private const byte FormatVersion = 1;
    private const int FixedBytes = 18;
    private const int PlaceBytes = 10;

    /// <summary>How far an interval of hashes was listed in change order.</summary>
    /// <param name="Interval">The hashes.</param>
    /// <param name="After">The last write given; 0 for none.</param>
    internal readonly record struct Place(HashInterval Interval, Lsn After);

    /// <summary>Writes it, unsigned.</summary>
    public byte[] Encode()
    {
        int size = FixedBytes + ItemKey.Length;
        foreach (Place place in Places)
        {
            size += PlaceBytes + place.Interval.Min.Bytes.Length + place.Interval.Max.Bytes.Length;
        }

        byte[] bytes = new byte[size];
        bytes[0] = FormatVersion;
        bytes[1] = checked((byte)Places.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(2), Container.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(10), Scope);
        Span<byte> rest = bytes.AsSpan(FixedBytes);
        foreach (Place place in Places)
        {
            ReadOnlySpan<byte> min = place.Interval.Min.Bytes;
            ReadOnlySpan<byte> max = place.Interval.Max.Bytes;
            BinaryPrimitives.WriteUInt64LittleEndian(rest, place.After.Value);
            rest[8] = (byte)min.Length;
            rest[9] = (byte)max.Length;
            min.CopyTo(rest[PlaceBytes..]);
            max.CopyTo(rest[(PlaceBytes + min.Length)..]);
            rest = rest[(PlaceBytes + min.Length + max.Length)..];
        }

        ItemKey.Span.CopyTo(rest);
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> gave; null for anything else.</summary>
    public static Continuation? Decode(ReadOnlyMemory<byte> source)
    {
        ReadOnlySpan<byte> bytes = source.Span;
        if (bytes.Length < FixedBytes || bytes[0] != FormatVersion)
        {
            return null;
        }

        int at = FixedBytes;
        var places = ImmutableArray.CreateBuilder<Place>(bytes[1]);
        while (places.Count < bytes[1])
        {
            if (!TryDecode(bytes[at..], out Place place, out int length))
            {
                return null;
            }

            places.Add(place);
            at += length;
        }

        return new Continuation(
            new ContainerId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[2..])),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[10..]),
            source[at..],
            places.MoveToImmutable());
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out Place place, out int length)
    {
        place = default;
        length = 0;
        if (bytes.Length < PlaceBytes || Math.Max(bytes[8], bytes[9]) > PartitionKeyHash.MaxBytes + 1)
        {
            return false;
        }

        int minLength = bytes[8];
        length = PlaceBytes + minLength + bytes[9];
        if (bytes.Length < length)
        {
            return false;
        }

        var interval = new HashInterval(
            HashBound.FromBytes(bytes.Slice(PlaceBytes, minLength)),
            HashBound.FromBytes(bytes[(PlaceBytes + minLength)..length]));
        place = new Place(interval, new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(bytes)));
        return interval.Min < interval.Max;
    }
}

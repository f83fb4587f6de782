using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>A shard takes over a range, or gives one up. Layout in <c>docs/formats/entry.md</c>.</summary>
/// <param name="Kind"><see cref="CommandKind.ActivateRange"/> or <see cref="CommandKind.DropRange"/>.</param>
/// <param name="Range">The range.</param>
/// <param name="Definition">For an activation; else null.</param>
/// <param name="LsnBase">For an activation: what the shard's sequence is raised by to give the range's log sequence numbers. Else 0.</param>
public sealed record RangeCommand(CommandKind Kind, RangeId Range, RangeDefinition? Definition, ulong LsnBase)
{
    /// <summary>Greatest base: log sequence numbers stay below 2^53.</summary>
    public const ulong MaxLsnBase = 1UL << 52;

    /// <summary>The shard takes over a range. Done again with the same definition it does nothing; with another it is AlreadyExists.</summary>
    /// <param name="definition">The range.</param>
    /// <param name="lsnBase">0 for a new range; a moved one's last LSN, less the shard's sequence, if that is positive.</param>
    public static RangeCommand Activate(RangeDefinition definition, ulong lsnBase = 0) =>
        new(CommandKind.ActivateRange, definition.Range, definition, lsnBase);

    /// <summary>The shard gives up a range: it answers no more, and its data goes in the background. NotFound when it is not owned.</summary>
    public static RangeCommand Drop(RangeId range) => new(CommandKind.DropRange, range, null, 0);

    /// <summary>Encodes the command.</summary>
    public byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write<byte>([(byte)Kind, 0]);
        WriteUInt64(buffer, Range.Value);
        if (Kind == CommandKind.ActivateRange)
        {
            Invariant.Check(LsnBase <= MaxLsnBase);
            WriteUInt64(buffer, LsnBase);
            WriteDefinition(Definition!, buffer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a command.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>Corrupt for anything that <see cref="Encode"/> does not give.</returns>
    public static Result<RangeCommand> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CommandReader(bytes);
        var kind = (CommandKind)reader.ReadByte();
        bool clean = reader.ReadByte() == 0;
        var range = new RangeId(reader.ReadUInt64());
        if (kind == CommandKind.DropRange && clean && reader.IsAtEnd)
        {
            return Drop(range);
        }

        ulong lsnBase = reader.ReadUInt64();
        if (kind == CommandKind.ActivateRange && clean && lsnBase <= MaxLsnBase &&
            TryReadDefinition(ref reader, out RangeDefinition? definition) &&
            definition.Range == range && reader.IsAtEnd)
        {
            return Activate(definition, lsnBase);
        }

        return new NacreError(ErrorCode.Corrupt, "A range command cannot be read.");
    }

    /// <summary>Encodes a definition; <see cref="TryReadDefinition"/> reads it.</summary>
    public static void WriteDefinition(RangeDefinition definition, IBufferWriter<byte> destination)
    {
        WriteUInt64(destination, definition.Range.Value);
        WriteUInt32(destination, definition.Generation.Value);
        WriteUInt64(destination, definition.Database.Value);
        WriteUInt64(destination, definition.Container.Value);
        WriteUInt32(destination, definition.Domain.Value);
        WriteBytes(destination, definition.Interval.Min.Bytes);
        WriteBytes(destination, definition.Interval.Max.Bytes);
        destination.Write<byte>([(byte)definition.PartitionKey.Paths.Count]);
        foreach (string path in definition.PartitionKey.Paths)
        {
            WriteBytes(destination, Encoding.UTF8.GetBytes(path));
        }
    }

    /// <summary>Reads a definition; false for bytes that are none.</summary>
    public static bool TryReadDefinition(
        ref CommandReader reader, [NotNullWhen(true)] out RangeDefinition? definition)
    {
        definition = null;
        var range = new RangeId(reader.ReadUInt64());
        var generation = new RangeGeneration(reader.ReadUInt32());
        var database = new DatabaseId(reader.ReadUInt64());
        var container = new ContainerId(reader.ReadUInt64());
        var domain = new KeyDomainId(reader.ReadUInt32());
        ReadOnlySpan<byte> min = reader.ReadBytes();
        ReadOnlySpan<byte> max = reader.ReadBytes();
        int count = reader.ReadByte();
        if (reader.Failed || count is 0 or > DocumentLimits.MaxPartitionKeyPaths ||
            min.Length > PartitionKeyHash.MaxBytes || max.Length > PartitionKeyHash.MaxBytes + 1 ||
            min.SequenceCompareTo(max) >= 0)
        {
            return false;
        }

        string[] paths = new string[count];
        for (int level = 0; level < count; level++)
        {
            ReadOnlySpan<byte> path = reader.ReadBytes();
            if (!Utf8.IsValid(path))
            {
                return false;
            }

            paths[level] = Encoding.UTF8.GetString(path);
        }

        Result<PartitionKeyDefinition> partitionKey = PartitionKeyDefinition.Create(paths);
        if (reader.Failed || !partitionKey.IsOk)
        {
            return false;
        }

        definition = new RangeDefinition(
            range, generation, database, container,
            new HashInterval(HashBound.FromBytes(min), HashBound.FromBytes(max)), partitionKey.Value, domain);
        return true;
    }

    private static void WriteUInt32(IBufferWriter<byte> destination, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination.GetSpan(sizeof(uint)), value);
        destination.Advance(sizeof(uint));
    }

    private static void WriteUInt64(IBufferWriter<byte> destination, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination.GetSpan(sizeof(ulong)), value);
        destination.Advance(sizeof(ulong));
    }

    private static void WriteBytes(IBufferWriter<byte> destination, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination.GetSpan(sizeof(ushort)), checked((ushort)bytes.Length));
        destination.Advance(sizeof(ushort));
        destination.Write(bytes);
    }
}

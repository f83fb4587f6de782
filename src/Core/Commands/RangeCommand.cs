using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Commands;

/// <summary>A shard takes over a range, indexes it in another way, or gives it up. Layout in <c>docs/formats/entry.md</c>.</summary>
/// <param name="Kind">
/// <see cref="CommandKind.ActivateRange"/>, <see cref="CommandKind.DropRange"/> or <see cref="CommandKind.SetIndexing"/>.
/// </param>
/// <param name="Range">The range.</param>
/// <param name="Definition">For an activation; else null.</param>
/// <param name="LsnBase">
/// For an activation: what the shard's sequence is raised by to give the range's log sequence numbers. Else 0.
/// </param>
public sealed record RangeCommand(CommandKind Kind, RangeId Range, RangeDefinition? Definition, ulong LsnBase)
{
    /// <summary>Greatest base: log sequence numbers stay below 2^53.</summary>
    public const ulong MaxLsnBase = 1UL << 52;

    /// <summary>Second byte of an activation with an indexing policy; 0 without one.</summary>
    private const byte WithIndexing = 1;

    /// <summary>
    /// The shard takes over a range. Done again with the same definition it does nothing; with another it is
    /// AlreadyExists.
    /// </summary>
    /// <param name="definition">The range.</param>
    /// <param name="lsnBase">
    /// 0 for a new range; a moved one's last LSN, less the shard's sequence, if that is positive.
    /// </param>
    public static RangeCommand Activate(RangeDefinition definition, ulong lsnBase = 0) =>
        new(CommandKind.ActivateRange, definition.Range, definition, lsnBase);

    /// <summary>
    /// The shard gives up a range: it answers no more, and its data goes in the background. NotFound when it is not
    /// owned.
    /// </summary>
    public static RangeCommand Drop(RangeId range) => new(CommandKind.DropRange, range, null, 0);

    /// <summary>For a change of indexing: the policy from now on. Else null.</summary>
    public IndexingPolicy? Indexing { get; private init; }

    /// <summary>
    /// The range is indexed in another way. What it is now serves on until the new indexes are built, in the background.
    /// Done again it does nothing. NotFound when the range is not owned.
    /// </summary>
    public static RangeCommand SetIndexing(RangeId range, IndexingPolicy policy) =>
        new(CommandKind.SetIndexing, range, null, 0) { Indexing = policy };

    /// <summary>Encodes the command.</summary>
    public byte[] Encode()
    {
        byte layout = Definition?.Indexing is null ? (byte)0 : WithIndexing;
        CommandWriter writer = new CommandWriter().WriteByte((byte)Kind).WriteByte(layout).WriteUInt64(Range.Value);
        if (Kind == CommandKind.ActivateRange)
        {
            Invariant.Check(LsnBase <= MaxLsnBase);
            writer.WriteUInt64(LsnBase);
            WriteDefinition(Definition!, writer);
            if (layout == WithIndexing)
            {
                WriteIndexing(Definition!.Indexing, writer);
            }
        }

        if (Kind == CommandKind.SetIndexing)
        {
            WriteIndexing(Indexing, writer);
        }

        return writer.ToArray();
    }

    /// <summary>Reads a command.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>Corrupt for anything that <see cref="Encode"/> does not give.</returns>
    public static Result<RangeCommand> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CommandReader(bytes);
        var kind = (CommandKind)reader.ReadByte();
        byte layout = reader.ReadByte();
        var range = new RangeId(reader.ReadUInt64());
        if (kind == CommandKind.DropRange && layout == 0 && reader.IsAtEnd)
        {
            return Drop(range);
        }

        IndexingPolicy? indexing = null;
        if (kind == CommandKind.SetIndexing)
        {
            return layout == 0 && TryReadIndexing(ref reader, out indexing) && indexing is not null && reader.IsAtEnd
                ? SetIndexing(range, indexing)
                : Unreadable;
        }

        ulong lsnBase = reader.ReadUInt64();
        if (kind == CommandKind.ActivateRange && layout <= WithIndexing && lsnBase <= MaxLsnBase &&
            TryReadDefinition(ref reader, out RangeDefinition? definition) && definition.Range == range &&
            (layout == 0 || (TryReadIndexing(ref reader, out indexing) && indexing is not null)) && reader.IsAtEnd)
        {
            return Activate(definition with { Indexing = indexing }, lsnBase);
        }

        return Unreadable;
    }

    private static NacreError Unreadable => new(ErrorCode.Corrupt, "A range command cannot be read.");

    /// <summary>Encodes a policy; <see cref="TryReadIndexing"/> reads it.</summary>
    public static void WriteIndexing(IndexingPolicy? policy, CommandWriter writer) => writer.WriteText(policy?.ToJson() ?? "");

    /// <summary>Reads a policy, or that there is none; false for bytes that are neither.</summary>
    public static bool TryReadIndexing(ref CommandReader reader, out IndexingPolicy? policy)
    {
        policy = null;
        ReadOnlySpan<byte> json = reader.ReadBytes();
        if (reader.Failed || json.IsEmpty)
        {
            return !reader.Failed;
        }

        Result<IndexingPolicy> parsed = IndexingPolicy.Parse(json.ToArray());
        policy = parsed.IsOk ? parsed.Value : null;
        return parsed.IsOk;
    }

    /// <summary>Encodes a definition but for its indexing; <see cref="TryReadDefinition"/> reads it.</summary>
    public static void WriteDefinition(RangeDefinition definition, CommandWriter writer)
    {
        writer.WriteUInt64(definition.Range.Value);
        writer.WriteUInt32(definition.Generation.Value);
        writer.WriteUInt64(definition.Database.Value);
        writer.WriteUInt64(definition.Container.Value);
        writer.WriteUInt32(definition.Domain.Value);
        writer.WriteBytes(definition.Interval.Min.Bytes);
        writer.WriteBytes(definition.Interval.Max.Bytes);
        writer.WriteByte((byte)definition.PartitionKey.Paths.Count);
        foreach (string path in definition.PartitionKey.Paths)
        {
            writer.WriteBytes(Encoding.UTF8.GetBytes(path));
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
}

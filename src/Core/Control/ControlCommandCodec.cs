using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Control;

/// <summary>Control commands as bytes. Layout in <c>docs/formats/control.md</c>.</summary>
public static partial class ControlCommandCodec
{
    /// <summary>Version of every command's layout, its second byte.</summary>
    public const byte FormatVersion = 1;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encodes a command.</summary>
    /// <param name="command">Texts are valid Unicode of at most 65,535 bytes.</param>
    public static byte[] Encode(ControlCommand command)
    {
        CommandWriter writer = new CommandWriter().WriteByte((byte)command.Kind).WriteByte(FormatVersion);
        switch (command)
        {
            case CreateCluster create:
                writer.WriteUInt128(create.Cluster.Value).WriteUInt32(create.DataShards);
                break;
            case CreateDatabase create:
                writer.WriteText(create.Name).WriteUInt32(create.Domain.Value);
                break;
            case DeleteDatabase delete:
                writer.WriteText(delete.Name).WriteUInt64(delete.IfMatch.Value);
                break;
            case DatabaseGone gone:
                writer.WriteUInt64(gone.Id.Value);
                break;
            case CreateContainer create:
                writer.WriteText(create.Database).WriteText(create.Name).WriteUInt32(create.Ranges);
                WritePartitionKey(writer, create.PartitionKey);
                if (create.Indexing is { } indexing)
                {
                    writer.WriteText(indexing.ToJson());
                }

                break;
            case SetContainerIndexing set:
                writer.WriteText(set.Database).WriteText(set.Name).WriteUInt64(set.IfMatch.Value).WriteText(set.Policy.ToJson());
                break;
            case ContainerIndexingSet done:
                writer.WriteUInt64(done.Id.Value).WriteUInt64(done.Version.Value);
                break;
            case ContainerReady ready:
                writer.WriteUInt64(ready.Id.Value);
                break;
            case DeleteContainer delete:
                writer.WriteText(delete.Database).WriteText(delete.Name).WriteUInt64(delete.IfMatch.Value);
                break;
            case ContainerGone gone:
                writer.WriteUInt64(gone.Id.Value);
                break;
            case SetAccountKey set:
                WriteExpected(writer.WriteByte((byte)set.Key).WriteText(set.KeyId).WriteBytes(set.Sealed.Span), set.Expected);
                break;
            case SetSetting set:
                WriteExpected(writer.WriteText(set.Name).WriteByte(set.Value is null ? (byte)0 : (byte)1).WriteText(set.Value ?? ""), set.Expected);
                break;
            case RecordKeyRingGeneration record:
                writer.WriteUInt64(record.Generation);
                break;
            case CreateUser create:
                writer.WriteText(create.Database).WriteText(create.Name);
                break;
            case DeleteUser delete:
                writer.WriteText(delete.Database).WriteText(delete.Name).WriteUInt64(delete.IfMatch.Value);
                break;
            case CreatePermission create:
                WriteTarget(writer.WriteText(create.Database).WriteText(create.User).WriteText(create.Name), create.Target);
                break;
            case ReplacePermission replace:
                WriteTarget(
                    writer.WriteText(replace.Database).WriteText(replace.User).WriteText(replace.Name).WriteUInt64(replace.IfMatch.Value),
                    replace.Target);
                break;
            case DeletePermission delete:
                writer.WriteText(delete.Database).WriteText(delete.User).WriteText(delete.Name).WriteUInt64(delete.IfMatch.Value);
                break;
            case SetTokenKey set:
                writer.WriteUInt32(set.Generation).WriteBytes(set.Sealed.Span)
                    .WriteByte(set.KeepsPrevious ? (byte)1 : (byte)0).WriteUInt64(set.Expected.Value);
                break;
            default:
                WriteNodes(writer, command);
                break;
        }

        return writer.ToArray();
    }

    /// <summary>Reads a command.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>Unsupported for a kind or version not known here, Corrupt for anything else that <see cref="Encode"/> does not give.</returns>
    public static Result<ControlCommand> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CommandReader(bytes);
        var kind = (ControlCommandKind)reader.ReadByte();
        byte version = reader.ReadByte();
        if (!reader.Failed &&
            (version != FormatVersion || kind is ControlCommandKind.None or > ControlCommandKind.ContainerIndexingSet))
        {
            return new NacreError(ErrorCode.Unsupported,
                $"A control command has kind {(byte)kind} and version {version}, which this program does not know.");
        }

        ControlCommand? command;
        try
        {
            command = reader.Failed ? null : Read(kind, ref reader);
        }
        catch (DecoderFallbackException)
        {
            command = null;
        }

        return command is null || !reader.IsAtEnd
            ? new NacreError(ErrorCode.Corrupt, "A control command cannot be read.")
            : command;
    }

    /// <summary>Encodes a partition key definition: the number of paths, then each.</summary>
    public static void WritePartitionKey(CommandWriter writer, PartitionKeyDefinition partitionKey)
    {
        writer.WriteByte((byte)partitionKey.Paths.Count);
        foreach (string path in partitionKey.Paths)
        {
            writer.WriteText(path);
        }
    }

    /// <summary>Reads a partition key definition; null for bytes that are none.</summary>
    /// <remarks>Throws <see cref="DecoderFallbackException"/> for text that is no UTF-8.</remarks>
    public static PartitionKeyDefinition? ReadPartitionKey(ref CommandReader reader)
    {
        int count = reader.ReadByte();
        if (count is 0 or > DocumentLimits.MaxPartitionKeyPaths)
        {
            return null;
        }

        string[] paths = new string[count];
        for (int level = 0; level < count; level++)
        {
            paths[level] = ReadText(ref reader);
        }

        Result<PartitionKeyDefinition> definition = PartitionKeyDefinition.Create(paths);
        return definition.IsOk ? definition.Value : null;
    }

    /// <summary>Reads an indexing policy, as its JSON was written as a text; null for bytes that are none.</summary>
    public static IndexingPolicy? ReadIndexing(ref CommandReader reader)
    {
        Result<IndexingPolicy> policy = IndexingPolicy.Parse(reader.ReadBytes().ToArray());
        return policy.IsOk ? policy.Value : null;
    }

    /// <summary>Reads a text as <see cref="CommandWriter.WriteText"/> writes it.</summary>
    /// <remarks>Throws <see cref="DecoderFallbackException"/> for bytes that are no UTF-8.</remarks>
    public static string ReadText(ref CommandReader reader) => Strict.GetString(reader.ReadBytes());

    private static ControlCommand? Read(ControlCommandKind kind, ref CommandReader reader)
    {
        switch (kind)
        {
            case ControlCommandKind.CreateCluster:
                return new CreateCluster(new ClusterId(reader.ReadUInt128()), reader.ReadUInt32());
            case ControlCommandKind.CreateDatabase:
                return new CreateDatabase(ReadText(ref reader), new KeyDomainId(reader.ReadUInt32()));
            case ControlCommandKind.DeleteDatabase:
                return new DeleteDatabase(ReadText(ref reader), new Sequence(reader.ReadUInt64()));
            case ControlCommandKind.DatabaseGone:
                return new DatabaseGone(new DatabaseId(reader.ReadUInt64()));
            case ControlCommandKind.CreateContainer:
                return ReadCreateContainer(ref reader);
            case ControlCommandKind.CreateIndexedContainer:
                return ReadCreateContainer(ref reader) is { } create && ReadIndexing(ref reader) is { } indexing
                    ? create with { Indexing = indexing }
                    : null;
            case ControlCommandKind.SetContainerIndexing:
                return ReadSetContainerIndexing(ref reader);
            case ControlCommandKind.ContainerIndexingSet:
                return new ContainerIndexingSet(new ContainerId(reader.ReadUInt64()), new Sequence(reader.ReadUInt64()));
            case ControlCommandKind.ContainerReady:
                return new ContainerReady(new ContainerId(reader.ReadUInt64()));
            case ControlCommandKind.DeleteContainer:
                return new DeleteContainer(ReadText(ref reader), ReadText(ref reader), new Sequence(reader.ReadUInt64()));
            case ControlCommandKind.ContainerGone:
                return new ContainerGone(new ContainerId(reader.ReadUInt64()));
            case ControlCommandKind.SetAccountKey:
                return ReadSetAccountKey(ref reader);
            case ControlCommandKind.SetSetting:
                return ReadSetSetting(ref reader);
            case ControlCommandKind.RecordKeyRingGeneration:
                return new RecordKeyRingGeneration(reader.ReadUInt64());
            case >= ControlCommandKind.CreateJoinToken:
                return ReadNodes(kind, ref reader);
            default:
                return ReadAccess(kind, ref reader);
        }
    }

    private static CreateContainer? ReadCreateContainer(ref CommandReader reader)
    {
        string database = ReadText(ref reader);
        string name = ReadText(ref reader);
        uint ranges = reader.ReadUInt32();
        return ReadPartitionKey(ref reader) is { } partitionKey
            ? new CreateContainer(database, name, partitionKey, ranges)
            : null;
    }

    private static SetContainerIndexing? ReadSetContainerIndexing(ref CommandReader reader)
    {
        string database = ReadText(ref reader);
        string name = ReadText(ref reader);
        var ifMatch = new Sequence(reader.ReadUInt64());
        return ReadIndexing(ref reader) is { } policy ? new SetContainerIndexing(database, name, ifMatch, policy) : null;
    }

    private static SetAccountKey? ReadSetAccountKey(ref CommandReader reader)
    {
        var kind = (AccountKeyKind)reader.ReadByte();
        string keyId = ReadText(ref reader);
        byte[] sealedKey = reader.ReadBytes().ToArray();
        return TryReadExpected(ref reader, out Sequence? expected)
            ? new SetAccountKey(kind, keyId, sealedKey, expected)
            : null;
    }

    private static SetSetting? ReadSetSetting(ref CommandReader reader)
    {
        string name = ReadText(ref reader);
        byte hasValue = reader.ReadByte();
        string value = ReadText(ref reader);
        bool isCanonical = hasValue == 1 || (hasValue == 0 && value.Length == 0);
        return isCanonical && TryReadExpected(ref reader, out Sequence? expected)
            ? new SetSetting(name, hasValue == 1 ? value : null, expected)
            : null;
    }

    private static void WriteExpected(CommandWriter writer, Sequence? expected) =>
        writer.WriteByte(expected is null ? (byte)0 : (byte)1).WriteUInt64(expected?.Value ?? 0);

    private static bool TryReadExpected(ref CommandReader reader, out Sequence? expected)
    {
        byte given = reader.ReadByte();
        ulong version = reader.ReadUInt64();
        expected = given == 0 ? null : new Sequence(version);
        return given == 1 || (given == 0 && version == 0);
    }
}

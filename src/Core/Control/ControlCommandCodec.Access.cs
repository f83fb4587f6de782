using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <content>Users, permissions and token keys.</content>
public static partial class ControlCommandCodec
{
    /// <summary>Encodes what a permission allows: mode, resource, partition key in its text form, empty for none.</summary>
    public static void WriteTarget(CommandWriter writer, PermissionTarget target)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(target);
        writer.WriteByte((byte)target.Mode).WriteText(target.Resource.ToString())
            .WriteText(target.PartitionKey.Count == 0 ? "" : target.PartitionKey.ToString());
    }

    /// <summary>Reads what <see cref="WriteTarget"/> writes; null for bytes that it does not write.</summary>
    /// <remarks>Throws <see cref="System.Text.DecoderFallbackException"/> for text that is no UTF-8.</remarks>
    public static PermissionTarget? ReadTarget(ref CommandReader reader)
    {
        var mode = (PermissionMode)reader.ReadByte();
        Result<ResourcePath> resource = ResourcePath.Parse(ReadText(ref reader));
        string partitionKey = ReadText(ref reader);
        if (!resource.IsOk)
        {
            return null;
        }

        if (partitionKey.Length == 0)
        {
            return new PermissionTarget(mode, resource.Value, default);
        }

        Result<PartitionKey> parsed = PartitionKey.Parse(partitionKey);
        return parsed.IsOk && parsed.Value.ToString() == partitionKey ? new PermissionTarget(mode, resource.Value, parsed.Value) : null;
    }

    private static ControlCommand? ReadAccess(ControlCommandKind kind, ref CommandReader reader)
    {
        switch (kind)
        {
            case ControlCommandKind.CreateUser:
                return new CreateUser(ReadText(ref reader), ReadText(ref reader));
            case ControlCommandKind.DeleteUser:
                return new DeleteUser(ReadText(ref reader), ReadText(ref reader), new Sequence(reader.ReadUInt64()));
            case ControlCommandKind.CreatePermission:
                return ReadCreatePermission(ref reader);
            case ControlCommandKind.ReplacePermission:
                return ReadReplacePermission(ref reader);
            case ControlCommandKind.DeletePermission:
                return new DeletePermission(
                    ReadText(ref reader), ReadText(ref reader), ReadText(ref reader), new Sequence(reader.ReadUInt64()));
            default:
                return ReadSetTokenKey(ref reader);
        }
    }

    private static CreatePermission? ReadCreatePermission(ref CommandReader reader)
    {
        string database = ReadText(ref reader);
        string user = ReadText(ref reader);
        string name = ReadText(ref reader);
        return ReadTarget(ref reader) is { } target ? new CreatePermission(database, user, name, target) : null;
    }

    private static ReplacePermission? ReadReplacePermission(ref CommandReader reader)
    {
        string database = ReadText(ref reader);
        string user = ReadText(ref reader);
        string name = ReadText(ref reader);
        var ifMatch = new Sequence(reader.ReadUInt64());
        return ReadTarget(ref reader) is { } target ? new ReplacePermission(database, user, name, target, ifMatch) : null;
    }

    private static SetTokenKey? ReadSetTokenKey(ref CommandReader reader)
    {
        uint generation = reader.ReadUInt32();
        byte[] sealedKey = reader.ReadBytes().ToArray();
        byte keepsPrevious = reader.ReadByte();
        var expected = new Sequence(reader.ReadUInt64());
        return keepsPrevious <= 1 ? new SetTokenKey(generation, sealedKey, keepsPrevious == 1, expected) : null;
    }
}

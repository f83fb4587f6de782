using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <content>Users, permissions and the keys of tokens.</content>
internal static partial class ControlStateCodec
{
    private static void AddAccess(CommandWriter payload, Catalog catalog)
    {
        foreach (UserRecord user in catalog.Users.OrderBy(users => users.Key).SelectMany(users => users.Value.Values))
        {
            Add(payload, ControlRecordKind.User, new CommandWriter()
                .WriteUInt64(user.Id.Value).WriteUInt64(user.Database.Value).WriteText(user.Name)
                .WriteUInt64((ulong)user.Created.UtcTicks).WriteUInt64(user.Version.Value));
            foreach (PermissionRecord permission in user.Permissions)
            {
                Add(payload, ControlRecordKind.Permission, Permission(permission));
            }
        }

        foreach (TokenKeyRecord key in catalog.TokenKeys)
        {
            Add(payload, ControlRecordKind.TokenKey, new CommandWriter()
                .WriteUInt32(key.Generation).WriteBytes(key.Sealed.Span)
                .WriteUInt64((ulong)key.Created.UtcTicks).WriteUInt64(key.Version.Value));
        }
    }

    private static bool TryReadAccess(ControlRecordKind kind, ref CommandReader reader, ControlStateBuilder builder) => kind switch
    {
        ControlRecordKind.User => TryReadUser(ref reader, builder),
        ControlRecordKind.Permission => TryReadPermission(ref reader, builder),
        _ => TryReadTokenKey(ref reader, builder),
    };

    private static bool TryReadUser(ref CommandReader reader, ControlStateBuilder builder)
    {
        var id = new UserId(reader.ReadUInt64());
        var database = new DatabaseId(reader.ReadUInt64());
        string name = ControlCommandCodec.ReadText(ref reader);
        return TryReadTime(ref reader, out DateTimeOffset created) &&
            builder.TryAdd(new UserRecord(id, database, name, created, new Sequence(reader.ReadUInt64()), []));
    }

    private static CommandWriter Permission(PermissionRecord permission)
    {
        CommandWriter writer = new CommandWriter()
            .WriteUInt64(permission.Id.Value)
            .WriteUInt64(permission.User.Value)
            .WriteText(permission.Name)
            .WriteUInt64(permission.Container.Value)
            .WriteUInt64((ulong)permission.Created.UtcTicks)
            .WriteUInt64(permission.Version.Value);
        ControlCommandCodec.WriteTarget(writer, permission.Target);
        return writer;
    }

    private static bool TryReadPermission(ref CommandReader reader, ControlStateBuilder builder)
    {
        var id = new PermissionId(reader.ReadUInt64());
        var user = new UserId(reader.ReadUInt64());
        string name = ControlCommandCodec.ReadText(ref reader);
        var container = new ContainerId(reader.ReadUInt64());
        if (!TryReadTime(ref reader, out DateTimeOffset created))
        {
            return false;
        }

        var version = new Sequence(reader.ReadUInt64());
        return ControlCommandCodec.ReadTarget(ref reader) is { } target &&
            builder.TryAdd(new PermissionRecord(id, user, default, name, target, container, created, version));
    }

    private static bool TryReadTokenKey(ref CommandReader reader, ControlStateBuilder builder)
    {
        uint generation = reader.ReadUInt32();
        byte[] sealedKey = reader.ReadBytes().ToArray();
        return TryReadTime(ref reader, out DateTimeOffset created) &&
            builder.TryAdd(new TokenKeyRecord(generation, sealedKey, created, new Sequence(reader.ReadUInt64())));
    }
}

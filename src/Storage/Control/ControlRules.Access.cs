using System.Collections.Immutable;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <content>Users, permissions and the keys of tokens.</content>
internal static partial class ControlRules
{
    // Invariants:
    // - the catalogue's index of permissions holds exactly those of its users;
    // - every permission's container is one of its database's that are not being deleted: a permission goes with it.

    private static CommandOutcome Execute(ref ControlState state, CreateUser command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (DocumentInspector.CheckId(command.Name) is { } badName)
        {
            return Refused(badName.Code, badName.Message);
        }

        if (catalog.FindDatabase(command.Database) is not { } database)
        {
            return NoDatabase();
        }

        ImmutableSortedDictionary<string, UserRecord> users = catalog.UsersOf(database.Id);
        if (users.ContainsKey(command.Name))
        {
            return Refused(ErrorCode.AlreadyExists, "A user of that name is there already.");
        }

        if (users.Count >= UserRecord.MaxOfDatabase)
        {
            return Refused(ErrorCode.TooLarge, $"A database has at most {UserRecord.MaxOfDatabase} users.");
        }

        var user = new UserRecord(new UserId(version.Value), database.Id, command.Name, time, version, []);
        state = state with { Catalog = WithUser(catalog, user) };
        return Done(time, CommandEffect.Created, user.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, DeleteUser command, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (catalog.FindUser(command.Database, command.Name) is not { } user)
        {
            return Refused(ErrorCode.NotFound, "There is no user of that name.");
        }

        if (!Matches(command.IfMatch, user.Version))
        {
            return Changed("The user");
        }

        ImmutableSortedDictionary<string, UserRecord> users = catalog.UsersOf(user.Database).Remove(user.Name);
        state = state with
        {
            Catalog = catalog with
            {
                Users = users.IsEmpty ? catalog.Users.Remove(user.Database) : catalog.Users.SetItem(user.Database, users),
                Permissions = catalog.Permissions.RemoveRange(user.Permissions.Select(permission => permission.Id)),
            },
        };
        return Done(time, CommandEffect.None, user.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, CreatePermission command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (DocumentInspector.CheckId(command.Name) is { } badName)
        {
            return Refused(badName.Code, badName.Message);
        }

        if (Bind(catalog, command.Database, command.User, command.Target, out UserRecord? user, out ContainerRecord? container) is { } refusal)
        {
            return refusal;
        }

        int at = Catalog.PlaceOf(user!.Permissions, command.Name, static permission => permission.Name);
        if (at >= 0)
        {
            return Refused(ErrorCode.AlreadyExists, "The user has a permission of that name already.");
        }

        if (user.Permissions.Any(other => IsForTheSame(other, command.Target, container!.Id)))
        {
            return SameResource();
        }

        if (user.Permissions.Length >= PermissionRecord.MaxOfUser)
        {
            return Refused(ErrorCode.TooLarge, $"A user has at most {PermissionRecord.MaxOfUser} permissions.");
        }

        var permission = new PermissionRecord(
            new PermissionId(version.Value), user.Id, user.Database, command.Name, command.Target, container!.Id, time, version);
        state = state with { Catalog = WithPermission(catalog, user with { Permissions = user.Permissions.Insert(~at, permission) }, permission) };
        return Done(time, CommandEffect.Created, permission.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, ReplacePermission command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (catalog.FindUser(command.Database, command.User)?.FindPermission(command.Name) is not { } before)
        {
            return NoPermission();
        }

        if (!Matches(command.IfMatch, before.Version))
        {
            return Changed("The permission");
        }

        if (Bind(catalog, command.Database, command.User, command.Target, out UserRecord? user, out ContainerRecord? container) is { } refusal)
        {
            return refusal;
        }

        if (user!.Permissions.Any(other => other.Id != before.Id && IsForTheSame(other, command.Target, container!.Id)))
        {
            return SameResource();
        }

        PermissionRecord after = before with { Target = command.Target, Container = container!.Id, Version = version };
        state = state with { Catalog = WithPermission(catalog, user with { Permissions = user.Permissions.Replace(before, after) }, after) };
        return Done(time, CommandEffect.None, after.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, DeletePermission command, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        UserRecord? user = catalog.FindUser(command.Database, command.User);
        if (user?.FindPermission(command.Name) is not { } permission)
        {
            return NoPermission();
        }

        if (!Matches(command.IfMatch, permission.Version))
        {
            return Changed("The permission");
        }

        Catalog without = WithUser(catalog, user with { Permissions = user.Permissions.Remove(permission) });
        state = state with { Catalog = without with { Permissions = catalog.Permissions.Remove(permission.Id) } };
        return Done(time, CommandEffect.None, permission.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, SetTokenKey command, Sequence version, DateTimeOffset time)
    {
        ImmutableArray<TokenKeyRecord> keys = state.Catalog.TokenKeys;
        TokenKeyRecord? newest = keys.LastOrDefault();
        TokenKeyRecord? known = keys.FirstOrDefault(key => key.Generation == command.Generation);
        bool isNext = command.Generation == (newest?.Generation ?? 0) + 1;
        if (command.Sealed.Length is 0 or > SetAccountKey.MaxSealedBytes || (known is null && !isNext))
        {
            return Refused(ErrorCode.Malformed, "A token key has sealed bytes, and the generation behind the newest, or one that is there.");
        }

        if ((known ?? newest)?.Version.Value is var there && command.Expected.Value != (there ?? 0))
        {
            return Changed("The token key");
        }

        var after = new TokenKeyRecord(command.Generation, command.Sealed, known?.Created ?? time, version);
        ImmutableArray<TokenKeyRecord> left = (known, newest, command.KeepsPrevious) switch
        {
            (not null, _, _) => keys.Replace(known, after),
            (null, not null, true) => [newest, after],
            _ => [after],
        };
        state = state with { Catalog = state.Catalog with { TokenKeys = left } };
        return Done(time, known is null ? CommandEffect.Created : CommandEffect.None);
    }

    /// <summary>Finds what a permission is for. The refusal, or null and both records.</summary>
    private static CommandOutcome? Bind(
        Catalog catalog, string database, string name, PermissionTarget target, out UserRecord? user, out ContainerRecord? container)
    {
        user = catalog.FindUser(database, name);
        container = null;
        if (target.Check(database) is { } malformed)
        {
            return Refused(malformed.Code, malformed.Message);
        }

        if (user is null)
        {
            return catalog.FindDatabase(database) is null ? NoDatabase() : Refused(ErrorCode.NotFound, "There is no user of that name.");
        }

        container = catalog.FindContainer(database, target.Resource.Container);
        if (container is not { State: ResourceState.Ready })
        {
            return Refused(ErrorCode.NotFound, "There is no container of that name.");
        }

        return target.Check(container.PartitionKey) is { } badKey ? Refused(badKey.Code, badKey.Message) : null;
    }

    /// <summary>True for one and the same resource and partition key, whatever the mode.</summary>
    private static bool IsForTheSame(PermissionRecord permission, PermissionTarget target, ContainerId container) =>
        permission.Container == container &&
        permission.Target.Resource == target.Resource &&
        permission.Target.PartitionKey == target.PartitionKey;

    private static Catalog WithUser(Catalog catalog, UserRecord user) =>
        catalog with { Users = catalog.Users.SetItem(user.Database, catalog.UsersOf(user.Database).SetItem(user.Name, user)) };

    private static Catalog WithPermission(Catalog catalog, UserRecord user, PermissionRecord permission) =>
        WithUser(catalog, user) with { Permissions = catalog.Permissions.SetItem(permission.Id, permission) };

    /// <summary>Without a database's users, as when it is deleted.</summary>
    private static Catalog WithoutUsers(Catalog catalog, DatabaseId database) => catalog with
    {
        Users = catalog.Users.Remove(database),
        Permissions = catalog.Permissions.RemoveRange(
            catalog.UsersOf(database).Values.SelectMany(user => user.Permissions).Select(permission => permission.Id)),
    };

    /// <summary>Without the permissions for a container, as when it is deleted: one made again under its name is another.</summary>
    private static Catalog WithoutPermissionsFor(Catalog catalog, ContainerRecord container)
    {
        ImmutableSortedDictionary<string, UserRecord> users = catalog.UsersOf(container.Database);
        UserRecord[] concerned = [.. users.Values.Where(user => user.Permissions.Any(permission => permission.Container == container.Id))];
        if (concerned.Length == 0)
        {
            return catalog;
        }

        return catalog with
        {
            Users = catalog.Users.SetItem(container.Database, users.SetItems(concerned.Select(user => KeyValuePair.Create(
                user.Name, user with { Permissions = user.Permissions.RemoveAll(permission => permission.Container == container.Id) })))),
            Permissions = catalog.Permissions.RemoveRange(concerned
                .SelectMany(user => user.Permissions)
                .Where(permission => permission.Container == container.Id)
                .Select(permission => permission.Id)),
        };
    }

    private static CommandOutcome NoDatabase() => Refused(ErrorCode.NotFound, "There is no database of that name.");

    private static CommandOutcome NoPermission() => Refused(ErrorCode.NotFound, "There is no permission of that name.");

    private static CommandOutcome SameResource() => Refused(
        ErrorCode.AlreadyExists, "The user has a permission for that resource and partition key already. Replace that one.");
}

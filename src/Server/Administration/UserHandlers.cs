using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Users</c>.</summary>
internal static class UserHandlers
{
    /// <summary>Tells the continuations of this list from all others.</summary>
    private const byte List = 65;

    private static readonly NacreError NoDatabase = new(ErrorCode.NotFound, "There is no such database.");

    private static readonly NacreError NoUser = new(ErrorCode.NotFound, "There is no such user.");

    private static readonly NacreError DeletedSince = new(ErrorCode.NotFound, "The user was made, and deleted since.");

    /// <summary>Makes a user.</summary>
    public static async ValueTask<Result<User>> CreateAsync(NodeServices services, Call call, CreateUserRequest request)
    {
        Result<CommandOutcome> made = await services.Control
            .ExecuteAsync(call, request.Idempotency, new CreateUser(request.Database, request.Name)).ConfigureAwait(false);
        return !made.IsOk ? made.Error
            : services.Control.Catalog.Current.FindUser(request.Database, request.Name) is { } user && user.Id.Value == ControlResult.IdOf(made.Value.Detail.Span)
                ? Show(request.Database, user)
                : DeletedSince;
    }

    /// <summary>Shows a user.</summary>
    public static ValueTask<Result<User>> GetAsync(NodeServices services, Call call, GetUserRequest request) =>
        services.Control.Catalog.Current.FindUser(request.Database, request.Name) is { } user ? new(Show(request.Database, user)) : new(NoUser);

    /// <summary>Lists a database's users by name.</summary>
    public static ValueTask<Result<ListUsersResponse>> ListAsync(NodeServices services, Call call, ListUsersRequest request)
    {
        Catalog catalog = services.Control.Catalog.Current;
        if (catalog.FindDatabase(request.Database) is not { } database)
        {
            return new(NoDatabase);
        }

        return new(ControlRequests.Page(
            [.. catalog.UsersOf(database.Id).Values], static user => user.Name, request.MaxResults, request.Continuation,
            services.Control.Seal, List, database.Id.Value,
            (page, continuation) => new ListUsersResponse { Continuation = continuation, Users = { page.Select(user => Show(request.Database, user)) } }));
    }

    /// <summary>Deletes a user; answered once its tokens are refused.</summary>
    public static async ValueTask<Result<DeleteUserResponse>> DeleteAsync(NodeServices services, Call call, DeleteUserRequest request)
    {
        Result<Sequence> version = ControlRequests.ReadTag(request.IfMatch);
        if (!version.IsOk)
        {
            return version.Error;
        }

        Result<CommandOutcome> deleted = await services.Control
            .ExecuteAsync(call, request.Idempotency, new DeleteUser(request.Database, request.Name, version.Value)).ConfigureAwait(false);
        return deleted.IsOk ? new DeleteUserResponse() : deleted.Error;
    }

    private static User Show(string database, UserRecord user) => new()
    {
        Database = database,
        Name = user.Name,
        Id = user.Id.Value,
        CreatedMs = user.Created.ToUnixTimeMilliseconds(),
        Etag = ControlRequests.TagOf(user.Version),
    };
}

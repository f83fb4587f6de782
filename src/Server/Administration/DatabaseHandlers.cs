using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Databases</c>.</summary>
internal static class DatabaseHandlers
{
    /// <summary>Tells the continuations of this list from all others.</summary>
    private const byte List = 64;

    private static readonly NacreError NoDatabase = new(ErrorCode.NotFound, "There is no such database.");

    /// <summary>Makes a database.</summary>
    public static async ValueTask<Result<Database>> CreateAsync(NodeServices services, Call call, CreateDatabaseRequest request)
    {
        var command = new CreateDatabase(request.Name, KeyDomainId.Shared);
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, command);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<DatabaseRecord> made =
            await services.Control.Coordinator.CreateDatabaseAsync(command, header.Value, call.Token).ConfigureAwait(false);
        return made.IsOk ? Show(made.Value) : made.Error;
    }

    /// <summary>Shows a database.</summary>
    public static ValueTask<Result<Database>> GetAsync(NodeServices services, Call call, GetDatabaseRequest request) =>
        services.Control.Catalog.Current.FindDatabase(request.Name) is { } database ? new(Show(database)) : new(NoDatabase);

    /// <summary>Lists databases by name.</summary>
    public static ValueTask<Result<ListDatabasesResponse>> ListAsync(NodeServices services, Call call, ListDatabasesRequest request)
    {
        return new(ControlRequests.Page(
            services.Control.Catalog.Current.Databases, static database => database.Name, request.MaxResults, request.Continuation,
            services.Control.Seal, List, owner: 0,
            (page, continuation) => new ListDatabasesResponse { Continuation = continuation, Databases = { page.Select(Show) } }));
    }

    /// <summary>Deletes a database and what is in it.</summary>
    public static async ValueTask<Result<DeleteDatabaseResponse>> DeleteAsync(NodeServices services, Call call, DeleteDatabaseRequest request)
    {
        Result<Sequence> version = ControlRequests.ReadTag(request.IfMatch);
        if (!version.IsOk)
        {
            return version.Error;
        }

        var command = new DeleteDatabase(request.Name, version.Value);
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, command);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<Core.Errors.Unit> deleted =
            await services.Control.Coordinator.DeleteDatabaseAsync(command, header.Value, call.Token).ConfigureAwait(false);
        return deleted.IsOk ? new DeleteDatabaseResponse() : deleted.Error;
    }

    private static Database Show(DatabaseRecord database) => new()
    {
        Name = database.Name,
        Id = database.Id.Value,
        CreatedMs = database.Created.ToUnixTimeMilliseconds(),
        Etag = ControlRequests.TagOf(database.Version),
    };
}

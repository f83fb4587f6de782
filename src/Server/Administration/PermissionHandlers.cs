using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Security.Tokens;
using Nacre.Server.Items;
using Nacre.Server.Pipeline;
using PermissionMode = Nacre.Core.Control.PermissionMode;
using ResourceToken = Nacre.Protocol.V1.ResourceToken;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Permissions</c>.</summary>
internal static class PermissionHandlers
{
    /// <summary>Tells the continuations of this list from all others.</summary>
    private const byte List = 66;

    private static readonly NacreError NoUser = new(ErrorCode.NotFound, "There is no such user.");

    private static readonly NacreError NoPermission = new(ErrorCode.NotFound, "There is no such permission.");

    private static readonly NacreError DeletedSince = new(ErrorCode.NotFound, "The permission was written, and deleted since.");

    private static readonly NacreError TagAtCreation = new(ErrorCode.Malformed, "if_match goes with Replace.");

    /// <summary>Makes a permission.</summary>
    public static async ValueTask<Result<Permission>> CreateAsync(NodeServices services, Call call, WritePermissionRequest request)
    {
        Result<PermissionTarget> target = TargetOf(request);
        if (!target.IsOk)
        {
            return target.Error;
        }

        return request.IfMatch.Length > 0
            ? TagAtCreation
            : await WriteAsync(services, call, request, new CreatePermission(request.Database, request.User, request.Name, target.Value)).ConfigureAwait(false);
    }

    /// <summary>Changes what a permission allows; answered once tokens made before are refused.</summary>
    public static async ValueTask<Result<Permission>> ReplaceAsync(NodeServices services, Call call, WritePermissionRequest request)
    {
        Result<PermissionTarget> target = TargetOf(request);
        if (!target.IsOk)
        {
            return target.Error;
        }

        Result<Sequence> version = ControlRequests.ReadTag(request.IfMatch);
        return version.IsOk
            ? await WriteAsync(
                services, call, request, new ReplacePermission(request.Database, request.User, request.Name, target.Value, version.Value)).ConfigureAwait(false)
            : version.Error;
    }

    /// <summary>Shows a permission.</summary>
    public static ValueTask<Result<Permission>> GetAsync(NodeServices services, Call call, GetPermissionRequest request) =>
        Find(services, request.Database, request.User, request.Name) is { } permission
            ? new(Show(request.Database, request.User, permission))
            : new(NoPermission);

    /// <summary>Lists a user's permissions by name.</summary>
    public static ValueTask<Result<ListPermissionsResponse>> ListAsync(NodeServices services, Call call, ListPermissionsRequest request)
    {
        if (services.Control.Catalog.Current.FindUser(request.Database, request.User) is not { } user)
        {
            return new(NoUser);
        }

        return new(ControlRequests.Page(
            user.Permissions, static permission => permission.Name, request.MaxResults, request.Continuation,
            services.Control.Seal, List, user.Id.Value,
            (page, continuation) => new ListPermissionsResponse
            {
                Continuation = continuation,
                Permissions = { page.Select(permission => Show(request.Database, request.User, permission)) },
            }));
    }

    /// <summary>Deletes a permission; answered once its tokens are refused.</summary>
    public static async ValueTask<Result<DeletePermissionResponse>> DeleteAsync(NodeServices services, Call call, DeletePermissionRequest request)
    {
        Result<Sequence> version = ControlRequests.ReadTag(request.IfMatch);
        if (!version.IsOk)
        {
            return version.Error;
        }

        var command = new DeletePermission(request.Database, request.User, request.Name, version.Value);
        Result<CommandOutcome> deleted = await services.Control.ExecuteAsync(call, request.Idempotency, command).ConfigureAwait(false);
        return deleted.IsOk ? new DeletePermissionResponse() : deleted.Error;
    }

    /// <summary>Makes a token that stands for a permission.</summary>
    public static ValueTask<Result<ResourceToken>> GetTokenAsync(NodeServices services, Call call, GetTokenRequest request)
    {
        if (Find(services, request.Database, request.User, request.Name) is not { } permission)
        {
            return new(NoPermission);
        }

        Result<IssuedToken> issued = services.Control.Tokens.Issue(permission, call.Principal, TimeSpan.FromSeconds(request.LifetimeS));
        return issued.IsOk
            ? new(new ResourceToken { Token = issued.Value.Text, ExpiresMs = issued.Value.Expires.ToUnixTimeMilliseconds() })
            : new(issued.Error);
    }

    private static async Task<Result<Permission>> WriteAsync(NodeServices services, Call call, WritePermissionRequest request, ControlCommand command)
    {
        Result<CommandOutcome> written = await services.Control.ExecuteAsync(call, request.Idempotency, command).ConfigureAwait(false);
        if (!written.IsOk)
        {
            return written.Error;
        }

        var id = new PermissionId(ControlResult.IdOf(written.Value.Detail.Span));
        return services.Control.Catalog.Current.Permissions.TryGetValue(id, out PermissionRecord? permission)
            ? Show(request.Database, request.User, permission)
            : DeletedSince;
    }

    private static PermissionRecord? Find(NodeServices services, string database, string user, string name) =>
        services.Control.Catalog.Current.FindUser(database, user)?.FindPermission(name);

    private static Result<PermissionTarget> TargetOf(WritePermissionRequest request)
    {
        Result<ResourcePath> resource = ResourcePath.Parse(request.Resource);
        if (!resource.IsOk)
        {
            return resource.Error;
        }

        Result<Core.Documents.PartitionKey> partitionKey = WireKeys.Read(request.PartitionKey);
        if (!partitionKey.IsOk)
        {
            return partitionKey.Error;
        }

        var target = new PermissionTarget((PermissionMode)Math.Clamp((int)request.Mode, 0, byte.MaxValue), resource.Value, partitionKey.Value);
        return target.Check(request.Database) is { } refusal ? refusal : target;
    }

    private static Permission Show(string database, string user, PermissionRecord permission) => new()
    {
        Database = database,
        User = user,
        Name = permission.Name,
        Id = permission.Id.Value,
        Mode = (Protocol.V1.PermissionMode)permission.Target.Mode,
        Resource = permission.Target.Resource.ToString(),
        PartitionKey = WireKeys.Show(permission.Target.PartitionKey),
        ContainerId = permission.Container.Value,
        CreatedMs = permission.Created.ToUnixTimeMilliseconds(),
        Etag = ControlRequests.TagOf(permission.Version),
    };
}

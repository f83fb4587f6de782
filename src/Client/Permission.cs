using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>Names a permission of a user and acts on it.</summary>
/// <remarks>Thread-safe; cheap to make and to keep. Methods throw <see cref="NacreException"/>. Needs an account key; for changes and tokens, a read-write one.</remarks>
public sealed class Permission
{
    private readonly ClientPipeline _pipeline;

    internal Permission(string database, string user, string name, ClientPipeline pipeline)
    {
        DatabaseName = database;
        UserName = user;
        Name = name;
        _pipeline = pipeline;
    }

    /// <summary>The database's name.</summary>
    public string DatabaseName { get; }

    /// <summary>The user's name.</summary>
    public string UserName { get; }

    /// <summary>The permission's name.</summary>
    public string Name { get; }

    private ContainerName Target => new(DatabaseName, "");

    /// <summary>Makes the permission. It is bound to the container of now: one made again under the same name is another.</summary>
    /// <param name="settings">What it allows.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> for the name, and for a second permission for the same resource and partition key, among others.</exception>
    public Task<PermissionProperties> CreateAsync(PermissionSettings settings, CancellationToken cancellationToken = default) =>
        WriteAsync(RpcMethods.CreatePermission, settings, null, "create_permission", cancellationToken);

    /// <summary>Reads what the permission allows.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/> among others.</exception>
    public async Task<PermissionProperties> GetAsync(CancellationToken cancellationToken = default) => FromWire(await _pipeline
        .ReadAsync(
            RpcMethods.GetPermission,
            new Wire.GetPermissionRequest { Database = DatabaseName, User = UserName, Name = Name },
            "get_permission",
            Target,
            cancellationToken)
        .ConfigureAwait(false));

    /// <summary>Changes what the permission allows. When it is done, no token made before opens anything, also where nothing was changed.</summary>
    /// <param name="settings">What it allows from now on.</param>
    /// <param name="ifMatch">Only if it still has this etag; null: no condition.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.</exception>
    public Task<PermissionProperties> ReplaceAsync(PermissionSettings settings, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        WriteAsync(RpcMethods.ReplacePermission, settings, ifMatch, "replace_permission", cancellationToken);

    /// <summary>Deletes the permission. When it is done, none of its tokens opens anything.</summary>
    /// <param name="ifMatch">Only if it still has this etag; null: no condition.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.</exception>
    public async Task DeleteAsync(string? ifMatch = null, CancellationToken cancellationToken = default) => await _pipeline
        .WriteAsync(
            RpcMethods.DeletePermission,
            key => new Wire.DeletePermissionRequest { Database = DatabaseName, User = UserName, Name = Name, IfMatch = ifMatch ?? "", Idempotency = key },
            "delete_permission",
            Target,
            cancellationToken)
        .ConfigureAwait(false);

    /// <summary>Draws a token that stands for the permission; another one each time.</summary>
    /// <param name="lifetime">10 minutes to 24 hours, whole seconds; null for 1 hour.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.Forbidden"/> for a read-only key, among others.</exception>
    public async Task<ResourceToken> GetTokenAsync(TimeSpan? lifetime = null, CancellationToken cancellationToken = default)
    {
        if (lifetime is { } asked && (asked < TimeSpan.FromMinutes(10) || asked > TimeSpan.FromHours(24)))
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), asked, "A token lasts 10 minutes to 24 hours.");
        }

        Wire.ResourceToken token = await _pipeline
            .ReadAsync(
                RpcMethods.GetToken,
                new Wire.GetTokenRequest { Database = DatabaseName, User = UserName, Name = Name, LifetimeS = (uint)(lifetime?.TotalSeconds ?? 0) },
                "get_token",
                Target,
                cancellationToken)
            .ConfigureAwait(false);
        return new ResourceToken(token.Token, DateTimeOffset.FromUnixTimeMilliseconds(token.ExpiresMs));
    }

    internal static PermissionProperties FromWire(Wire.Permission permission) => new(
        permission.Database,
        permission.User,
        permission.Name,
        permission.Id,
        new PermissionSettings((PermissionMode)permission.Mode, permission.Resource)
        {
            PartitionKey = permission.PartitionKey is { } key ? PartitionKey.FromWire(key) : (PartitionKey?)null,
        },
        permission.ContainerId,
        DateTimeOffset.FromUnixTimeMilliseconds(permission.CreatedMs),
        permission.Etag);

    private async Task<PermissionProperties> WriteAsync(
        RpcMethod<Wire.Permission> method, PermissionSettings settings, string? ifMatch, string operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return FromWire(await _pipeline
            .WriteAsync(
                method,
                key => new Wire.WritePermissionRequest
                {
                    Database = DatabaseName,
                    User = UserName,
                    Name = Name,
                    Mode = (Wire.PermissionMode)settings.Mode,
                    Resource = settings.Resource,
                    PartitionKey = settings.PartitionKey?.Wire,
                    IfMatch = ifMatch ?? "",
                    Idempotency = key,
                },
                operation,
                Target,
                cancellationToken)
            .ConfigureAwait(false));
    }
}

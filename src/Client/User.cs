using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>Names a user of a database and acts on it: a name that permissions are given to. Who stands behind it, the application knows.</summary>
/// <remarks>Thread-safe; cheap to make and to keep. Methods throw <see cref="NacreException"/>. Needs an account key; for changes, a read-write one.</remarks>
public sealed class User
{
    private readonly ClientPipeline _pipeline;

    internal User(string database, string name, ClientPipeline pipeline)
    {
        DatabaseName = database;
        Name = name;
        _pipeline = pipeline;
    }

    /// <summary>The database's name.</summary>
    public string DatabaseName { get; }

    /// <summary>The user's name.</summary>
    public string Name { get; }

    private ContainerName Target => new(DatabaseName, "");

    /// <summary>Names a permission. Sends nothing, and does not tell whether it is there.</summary>
    /// <param name="name">1 to 1,023 bytes of UTF-8.</param>
    public Permission GetPermission(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Permission(DatabaseName, Name, name, _pipeline);
    }

    /// <summary>Makes the user.</summary>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> among others.</exception>
    public async Task<UserProperties> CreateAsync(CancellationToken cancellationToken = default) => FromWire(await _pipeline
        .WriteAsync(
            RpcMethods.CreateUser,
            key => new Wire.CreateUserRequest { Database = DatabaseName, Name = Name, Idempotency = key },
            "create_user",
            Target,
            cancellationToken)
        .ConfigureAwait(false));

    /// <summary>Reads what is known of the user.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/> among others.</exception>
    public async Task<UserProperties> GetAsync(CancellationToken cancellationToken = default) => FromWire(await _pipeline
        .ReadAsync(RpcMethods.GetUser, new Wire.GetUserRequest { Database = DatabaseName, Name = Name }, "get_user", Target, cancellationToken)
        .ConfigureAwait(false));

    /// <summary>Deletes the user with its permissions. When it is done, none of its tokens opens anything.</summary>
    /// <param name="ifMatch">Only if it still has this etag; null: no condition.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.</exception>
    public async Task DeleteAsync(string? ifMatch = null, CancellationToken cancellationToken = default) => await _pipeline
        .WriteAsync(
            RpcMethods.DeleteUser,
            key => new Wire.DeleteUserRequest { Database = DatabaseName, Name = Name, IfMatch = ifMatch ?? "", Idempotency = key },
            "delete_user",
            Target,
            cancellationToken)
        .ConfigureAwait(false);

    /// <summary>Gives the user a permission.</summary>
    /// <param name="name">1 to 1,023 bytes of UTF-8.</param>
    /// <param name="settings">What it allows.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> for the name, and for a second permission for the same resource and partition key, among others.</exception>
    public async Task<Permission> CreatePermissionAsync(string name, PermissionSettings settings, CancellationToken cancellationToken = default)
    {
        Permission permission = GetPermission(name);
        await permission.CreateAsync(settings, cancellationToken).ConfigureAwait(false);
        return permission;
    }

    /// <summary>Lists the user's permissions by name, ordinal.</summary>
    public Pageable<PermissionProperties> ListPermissions() => new(null, async (continuation, cancellationToken) =>
    {
        Wire.ListPermissionsResponse response = await _pipeline
            .ReadAsync(
                RpcMethods.ListPermissions,
                new Wire.ListPermissionsRequest { Database = DatabaseName, User = Name, Continuation = continuation ?? "" },
                "list_permissions",
                Target,
                cancellationToken)
            .ConfigureAwait(false);
        return new Page<PermissionProperties>([.. response.Permissions.Select(Permission.FromWire)], WireText.OrNull(response.Continuation));
    });

    internal static UserProperties FromWire(Wire.User user) =>
        new(user.Database, user.Name, user.Id, DateTimeOffset.FromUnixTimeMilliseconds(user.CreatedMs), user.Etag);
}

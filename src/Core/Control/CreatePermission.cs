namespace Nacre.Core.Control;

/// <summary>
/// Makes a permission, bound to the container's present incarnation. Refusals: NotFound for database, user or container;
/// AlreadyExists for the name, and where the user has a permission for that resource and partition key; Malformed or
/// TooLarge for the name and the target, TooLarge for one permission too many.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="User">The user.</param>
/// <param name="Name">As an item's id.</param>
/// <param name="Target">What it allows.</param>
public sealed record CreatePermission(string Database, string User, string Name, PermissionTarget Target) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.CreatePermission;
}

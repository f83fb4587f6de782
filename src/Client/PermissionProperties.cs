namespace Nacre.Client;

/// <summary>A permission: what one user may do to one resource.</summary>
/// <param name="Database">The user's database.</param>
/// <param name="User">The user.</param>
/// <param name="Name">1 to 1,023 bytes of UTF-8.</param>
/// <param name="Id">Never reused, not even for a permission of the same name.</param>
/// <param name="Settings">What it allows.</param>
/// <param name="ContainerId">The incarnation that it is bound to: one made again under the same name is another.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
/// <param name="ETag">For a conditional replace or delete.</param>
public sealed record PermissionProperties(
    string Database,
    string User,
    string Name,
    ulong Id,
    PermissionSettings Settings,
    ulong ContainerId,
    DateTimeOffset CreatedAt,
    string ETag);

using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A permission in the catalogue: what one user may do to one resource.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Database">The database that the user is in.</param>
/// <param name="Name">Unique among the user's permissions; as an item's id.</param>
/// <param name="Target">What it allows, by name.</param>
/// <param name="Container">The incarnation that the resource lies in: one made again under its name is another.</param>
/// <param name="Created">When it was made, by the leader's clock.</param>
/// <param name="Version">
/// The control command that last changed it; its entity tag, and the epoch of its tokens: a token of another version is
/// no longer good.
/// </param>
public sealed record PermissionRecord(
    PermissionId Id,
    UserId User,
    DatabaseId Database,
    string Name,
    PermissionTarget Target,
    ContainerId Container,
    DateTimeOffset Created,
    Sequence Version)
{
    /// <summary>Most permissions of one user.</summary>
    public const int MaxOfUser = 1_000;
}

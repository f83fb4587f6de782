using System.Collections.Immutable;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A user of a database: a name that permissions are given to. Who stands behind it, the application knows.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Database">The database.</param>
/// <param name="Name">Unique in its database; as an item's id.</param>
/// <param name="Created">When it was made, by the leader's clock.</param>
/// <param name="Version">The control command that made it; its entity tag. Its permissions have versions of their own.</param>
/// <param name="Permissions">By name, ordinal.</param>
public sealed record UserRecord(
    UserId Id,
    DatabaseId Database,
    string Name,
    DateTimeOffset Created,
    Sequence Version,
    ImmutableArray<PermissionRecord> Permissions)
{
    /// <summary>Most users of one database.</summary>
    public const int MaxOfDatabase = 1_000_000;

    /// <summary>Finds a permission by name; null when there is none.</summary>
    public PermissionRecord? FindPermission(string name)
    {
        int at = Catalog.PlaceOf(Permissions, name, static permission => permission.Name);
        return at >= 0 ? Permissions[at] : null;
    }
}

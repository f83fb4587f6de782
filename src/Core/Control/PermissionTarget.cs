using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Control;

/// <summary>What a permission lets its user do, and to what, before it is bound to a container's incarnation.</summary>
/// <param name="Mode">How far it goes.</param>
/// <param name="Resource">To what.</param>
/// <param name="PartitionKey">
/// For a container: complete or a prefix, which narrows it to the items there, or empty for all of it. For an item or
/// attachment: the item's, complete. Else empty.
/// </param>
public sealed record PermissionTarget(PermissionMode Mode, ResourcePath Resource, PartitionKey PartitionKey)
{
    /// <summary>Checks what can be told without the container.</summary>
    /// <param name="database">The database that the user is in; the resource must lie there.</param>
    /// <returns>Null, or Malformed.</returns>
    public NacreError? Check(string database)
    {
        if (Mode is not (PermissionMode.Read or PermissionMode.All))
        {
            return new NacreError(ErrorCode.Malformed, "A permission's mode is Read or All.");
        }

        if (!string.Equals(Resource.Database, database, StringComparison.Ordinal))
        {
            return new NacreError(ErrorCode.Malformed, "A user's permissions are for resources of the user's own database.");
        }

        return Resource.Kind switch
        {
            ResourcePathKind.Container => null,
            ResourcePathKind.Item or ResourcePathKind.Attachment => PartitionKey.Count > 0
                ? null
                : new NacreError(ErrorCode.Malformed, "A permission for an item needs the item's partition key: ids are unique within one only."),
            _ => PartitionKey.Count == 0
                ? null
                : new NacreError(ErrorCode.Malformed, "A permission for a procedure, trigger or function has no partition key."),
        };
    }

    /// <summary>Checks the partition key against the container that the resource lies in.</summary>
    /// <returns>Null, or Malformed, TooLarge.</returns>
    public NacreError? Check(PartitionKeyDefinition definition) => PartitionKey.Count == 0
        ? null
        : PartitionKey.Check(definition, allowPrefix: Resource.Kind == ResourcePathKind.Container).Error;
}

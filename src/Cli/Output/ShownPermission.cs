using Nacre.Client;

namespace Nacre.Cli.Output;

/// <summary>A permission as it is printed: flat, with the partition key as text.</summary>
internal sealed record ShownPermission(
    string Database, string User, string Name, ulong Id, PermissionMode Mode, string Resource, string? PartitionKey, ulong ContainerId,
    DateTimeOffset CreatedAt, string ETag)
{
    public static ShownPermission Of(PermissionProperties permission) => new(
        permission.Database, permission.User, permission.Name, permission.Id, permission.Settings.Mode, permission.Settings.Resource,
        permission.Settings.PartitionKey?.ToString(), permission.ContainerId, permission.CreatedAt, permission.ETag);
}

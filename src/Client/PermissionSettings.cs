namespace Nacre.Client;

/// <summary>What a permission allows.</summary>
/// <param name="Mode">How far it goes.</param>
/// <param name="Resource">
/// To what: <c>dbs/DB/colls/CONTAINER</c>, and below that nothing, <c>docs/ID</c>, <c>docs/ID/attachments/ID</c>,
/// <c>sprocs/ID</c>, <c>triggers/ID</c> or <c>udfs/ID</c>. Names stand as they are; nothing is percent-encoded.
/// </param>
public sealed record PermissionSettings(PermissionMode Mode, string Resource)
{
    /// <summary>For a container: narrows the permission to the items there, and may be a prefix. For an item: its own. Else null.</summary>
    public PartitionKey? PartitionKey { get; init; }

    /// <summary>A permission for a container, or for what lies at or below a partition key.</summary>
    /// <param name="container">The container.</param>
    /// <param name="mode">How far it goes.</param>
    /// <param name="partitionKey">Complete or a prefix; null for the whole container.</param>
    public static PermissionSettings ForContainer(Container container, PermissionMode mode, PartitionKey? partitionKey = null)
    {
        ArgumentNullException.ThrowIfNull(container);
        return new(mode, $"dbs/{container.DatabaseName}/colls/{container.Name}") { PartitionKey = partitionKey };
    }

    /// <summary>A permission for one item.</summary>
    /// <param name="container">The container.</param>
    /// <param name="partitionKey">The item's.</param>
    /// <param name="id">The item's.</param>
    /// <param name="mode">How far it goes.</param>
    public static PermissionSettings ForItem(Container container, PartitionKey partitionKey, string id, PermissionMode mode)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new(mode, $"dbs/{container.DatabaseName}/colls/{container.Name}/docs/{id}") { PartitionKey = partitionKey };
    }
}

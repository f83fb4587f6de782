namespace Nacre.Client;

/// <summary>In which order items are listed.</summary>
public enum ListOrder
{
    /// <summary>By hash of the partition key, partition key, id. Within one partition: by id.</summary>
    Item = 0,

    /// <summary>By last write, oldest first, within each range of the container.</summary>
    Change = 1,
}

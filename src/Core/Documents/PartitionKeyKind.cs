namespace Nacre.Core.Documents;

/// <summary>How a partition key is hashed.</summary>
public enum PartitionKeyKind : byte
{
    /// <summary>One path, one hash.</summary>
    Hash = 0,

    /// <summary>Two or three paths, a hash for each, one behind the other.</summary>
    MultiHash = 1,
}

namespace Nacre.Core.Documents;

/// <summary>Type of a partition key component, in sort order.</summary>
public enum PartitionKeyValueKind : byte
{
    /// <summary>The document has nothing at the path.</summary>
    Undefined = 0,

    /// <summary>JSON null.</summary>
    Null = 1,

    /// <summary>JSON false.</summary>
    False = 2,

    /// <summary>JSON true.</summary>
    True = 3,

    /// <summary>A finite double.</summary>
    Number = 4,

    /// <summary>A string.</summary>
    Text = 5,
}

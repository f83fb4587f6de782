namespace Nacre.Core.Indexing;

/// <summary>What is known of a path's values.</summary>
public enum IndexRefKind : byte
{
    /// <summary>Nothing: the path is not indexed, or not yet.</summary>
    None = 0,

    /// <summary>That there are none, but for items with too many values to be indexed.</summary>
    Empty = 1,

    /// <summary>All, but for those of items with too many values to be indexed.</summary>
    Full = 2,
}

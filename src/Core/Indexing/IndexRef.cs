namespace Nacre.Core.Indexing;

/// <summary>One index of a range at one view, to be scanned.</summary>
/// <param name="Kind">What is known of it.</param>
/// <param name="Number">Its number within the range's indexes; good only where it came from.</param>
public readonly record struct IndexRef(IndexRefKind Kind, uint Number)
{
    /// <summary>Nothing is known of the values: only the items themselves tell.</summary>
    public static IndexRef None => default;

    /// <summary>No item has a value.</summary>
    public static IndexRef Empty => new(IndexRefKind.Empty, 0);
}

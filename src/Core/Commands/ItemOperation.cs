namespace Nacre.Core.Commands;

/// <summary>One operation on one item.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Precondition">What must hold.</param>
/// <param name="Key">As <see cref="Documents.ItemKey"/> encodes it.</param>
/// <param name="Body">The document's UTF-8 JSON; empty for a Delete.</param>
public readonly record struct ItemOperation(
    ItemOperationKind Kind, Precondition Precondition, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Body);

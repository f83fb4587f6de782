using Nacre.Core.Documents;

namespace Nacre.Core.Indexing;

/// <summary>An item that was read by its number.</summary>
/// <param name="ItemKey">Its key, as <see cref="Documents.ItemKey"/> encodes it.</param>
/// <param name="Document">To be disposed.</param>
public readonly record struct IndexedItem(ReadOnlyMemory<byte> ItemKey, DocumentLease Document);

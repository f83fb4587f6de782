namespace Nacre.Storage.Indexes;

/// <summary>What one item has in the index tree, but for its number: where the bytes stand in a <see cref="TermList"/>.</summary>
/// <param name="Head">The first eight bytes, to compare by.</param>
/// <param name="Start">Where they begin.</param>
/// <param name="Length">How many they are; room for the item's number follows.</param>
/// <param name="IsExact">False for a value that was cut short or rounded.</param>
internal readonly record struct IndexTerm(ulong Head, int Start, int Length, bool IsExact);

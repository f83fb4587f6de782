namespace Nacre.Server.Queries;

/// <summary>Where items are given from.</summary>
/// <param name="Key">A key in item order; empty: the first item.</param>
/// <param name="IsInclusive">Whether the item of that key is given, too.</param>
internal readonly record struct ItemStart(ReadOnlyMemory<byte> Key, bool IsInclusive);

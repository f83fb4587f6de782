namespace Nacre.Client;

/// <summary>An interval of a container's partition-key hashes, and the shard that holds it.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Generation">Rises when the range moves.</param>
/// <param name="Min">Hexadecimal, inclusive; "" is the beginning.</param>
/// <param name="Max">Hexadecimal, exclusive; "FF" is the end.</param>
/// <param name="Shard">The shard's number.</param>
public sealed record ContainerRange(ulong Id, uint Generation, string Min, string Max, uint Shard);

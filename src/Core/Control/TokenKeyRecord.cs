using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A key that resource tokens are made under, in the catalogue.</summary>
/// <param name="Generation">Counts the keys, from 1.</param>
/// <param name="Sealed">The key as Security sealed it; opaque here. 1 to 4,096 bytes.</param>
/// <param name="Created">When it was set, by the leader's clock.</param>
/// <param name="Version">The control command that last set or sealed it.</param>
public sealed record TokenKeyRecord(uint Generation, ReadOnlyMemory<byte> Sealed, DateTimeOffset Created, Sequence Version);

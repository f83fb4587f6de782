using Nacre.Core.Ids;

namespace Nacre.Storage.Devices;

/// <summary>One key of a block log: a data key and a salt.</summary>
/// <param name="Ordinal">
/// From 1, rising, never reused in a log; 0 in a tag entry means that the block was not written.
/// </param>
/// <param name="Key">The data key that it is derived from.</param>
/// <param name="Salt">128 random bits.</param>
internal readonly record struct BlockEpoch(uint Ordinal, DataKeyId Key, UInt128 Salt);

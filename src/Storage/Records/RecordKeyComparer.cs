using System.Runtime.CompilerServices;
using FASTER.core;

namespace Nacre.Storage.Records;

/// <summary>Hashes and compares record keys for FASTER. No seed is needed: users choose no part of a key.</summary>
internal sealed class RecordKeyComparer : IFasterEqualityComparer<RecordKey>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(ref RecordKey k1, ref RecordKey k2) => k1.High == k2.High && k1.Low == k2.Low;

    /// <inheritdoc/>
    /// <remarks>
    /// Two rounds of multiply and fold: FASTER takes its bucket from the low bits and its tag from the high ones.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long GetHashCode64(ref RecordKey key)
    {
        ulong high = Math.BigMul(key.High ^ 0x9E3779B97F4A7C15UL, 0xBF58476D1CE4E5B9UL, out ulong low);
        ulong mixed = high ^ low ^ key.Low;
        high = Math.BigMul(mixed ^ 0x94D049BB133111EBUL, 0xD6E8FEB86659FD93UL, out low);
        return (long)(high ^ low);
    }
}

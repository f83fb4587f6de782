namespace Nacre.Simulation.Tests.Engine;

/// <summary>Running hashes that are the same on every machine.</summary>
internal static class Mixing
{
    /// <summary>A hash of a hash and one value more.</summary>
    public static ulong Of(ulong hash, ulong value)
    {
        ulong z = (hash ^ (value * 0x9E3779B97F4A7C15)) + 0x632BE59BD9B4E019;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A hash of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return hash;
    }
}

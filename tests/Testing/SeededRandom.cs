using System.Buffers.Binary;
using Nacre.Core.Time;

namespace Nacre.Testing;

/// <summary>Chance that repeats: the same seed gives the same bytes (SplitMix64).</summary>
/// <remarks>Thread-safe; the order of calls decides what each gets.</remarks>
public sealed class SeededRandom(ulong seed) : IRandomSource
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <inheritdoc/>
    public void Fill(Span<byte> buffer)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (!buffer.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            int count = Math.Min(buffer.Length, word.Length);
            word[..count].CopyTo(buffer);
            buffer = buffer[count..];
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong z = Interlocked.Add(ref _state, Step);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below <paramref name="limit"/>, which is at least 1.</summary>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)(NextUInt64() % (uint)limit);
    }

    /// <summary>True once in <paramref name="count"/> calls on average.</summary>
    public bool OneIn(int count) => Next(count) == 0;

    /// <summary>Random bytes.</summary>
    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }
}

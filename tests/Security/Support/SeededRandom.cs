using Nacre.Core.Time;

namespace Nacre.Security.Tests.Support;

/// <summary>Chance that repeats itself, so that golden files can be compared.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> buffer)
    {
        lock (_random)
        {
            _random.NextBytes(buffer);
        }
    }
}

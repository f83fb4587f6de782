namespace Nacre.Benchmarks.Load.Workloads;

/// <summary>
/// Zipfian choice with the constant 0.99 that YCSB uses, scrambled over the key space.
/// Source: Gray et al., "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994, §3.2.
/// </summary>
/// <remarks>Immutable but for the caller's generator; thread-safe.</remarks>
internal sealed class Zipfian
{
    private const double Theta = 0.99;

    private readonly long _count;
    private readonly double _alpha = 1 / (1 - Theta);
    private readonly double _zeta;
    private readonly double _eta;

    public Zipfian(long count)
    {
        _count = count;
        for (long i = 1; i <= count; i++)
        {
            _zeta += Math.Pow(i, -Theta);
        }

        double zeta2 = 1 + Math.Pow(2, -Theta);
        _eta = (1 - Math.Pow(2.0 / count, 1 - Theta)) / (1 - (zeta2 / _zeta));
    }

    /// <summary>A rank from 0, the most popular, to count - 1.</summary>
    public long NextRank(Random random)
    {
        double u = random.NextDouble();
        double scaled = u * _zeta;
        if (scaled < 1)
        {
            return 0;
        }

        if (scaled < 1 + Math.Pow(0.5, Theta))
        {
            return 1;
        }

        return Math.Min(_count - 1, (long)(_count * Math.Pow((_eta * u) - _eta + 1, _alpha)));
    }

    /// <summary>A key: the rank spread over the key space, so that popular keys are not neighbours.</summary>
    public long NextKey(Random random)
    {
        ulong hash = (ulong)NextRank(random);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return (long)((hash ^ (hash >> 33)) % (ulong)_count);
    }
}

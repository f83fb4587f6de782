using System.Buffers;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Aggregates;

/// <summary>
/// A sum of doubles that is exact until it is asked for: the answer does not depend on the order of the terms, so that an
/// index, a scan and several ranges agree to the last bit.
/// </summary>
/// <remarks>
/// Not thread-safe. Source: J. R. Shewchuk, Adaptive precision floating-point arithmetic (1997), growing an expansion;
/// the last rounding as in Python's <c>math.fsum</c>.
/// </remarks>
internal sealed class ExactSum
{
    // Invariants:
    // - _parts are finite, do not overlap, and grow in magnitude; their exact sum is that of all finite terms.
    // - _special is the sum of the terms that are not finite, and 0 when there are none.

    private const int MaxParts = 64;

    private readonly List<double> _parts = [];
    private double _special;

    /// <summary>Adds a term.</summary>
    public void Add(double term)
    {
        if (!double.IsFinite(term))
        {
            _special += term;
            return;
        }

        int kept = 0;
        for (int at = 0; at < _parts.Count; at++)
        {
            double part = _parts[at];
            if (Math.Abs(term) < Math.Abs(part))
            {
                (term, part) = (part, term);
            }

            double high = term + part;
            if (!double.IsFinite(high))
            {
                // Beyond the largest double there is nothing to be exact about.
                _special += high;
                _parts.Clear();
                return;
            }

            double low = part - (high - term);
            if (low != 0)
            {
                _parts[kept++] = low;
            }

            term = high;
        }

        _parts.RemoveRange(kept, _parts.Count - kept);
        if (term != 0)
        {
            _parts.Add(term);
        }
    }

    /// <summary>Adds all terms of another.</summary>
    public void Add(ExactSum other)
    {
        foreach (double part in other._parts)
        {
            Add(part);
        }

        _special += other._special;
    }

    /// <summary>The sum, rounded once to the nearest double.</summary>
    public double Result()
    {
        if (_special != 0 || double.IsNaN(_special))
        {
            return _special;
        }

        int at = _parts.Count - 1;
        if (at < 0)
        {
            return 0;
        }

        double high = _parts[at];
        double low = 0;
        while (at > 0)
        {
            double before = high;
            double next = _parts[--at];
            high = before + next;
            low = next - (high - before);
            if (low != 0)
            {
                break;
            }
        }

        // Half-way between two doubles the parts below decide.
        if (at > 0 && ((low < 0 && _parts[at - 1] < 0) || (low > 0 && _parts[at - 1] > 0)))
        {
            double twice = low * 2;
            double rounded = high + twice;
            if (rounded - high == twice)
            {
                return rounded;
            }
        }

        return high;
    }

    /// <summary>Writes the state.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        StateCodec.WriteDouble(_special, output);
        StateCodec.WriteLong(_parts.Count, output);
        foreach (double part in _parts)
        {
            StateCodec.WriteDouble(part, output);
        }
    }

    /// <summary>Reads a state.</summary>
    public static ExactSum Read(ref StateReader reader)
    {
        var sum = new ExactSum { _special = reader.ReadDouble() };
        int count = reader.ReadCount(MaxParts);
        for (int at = 0; at < count; at++)
        {
            sum.Add(reader.ReadDouble());
        }

        return sum;
    }
}

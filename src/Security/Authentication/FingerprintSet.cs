namespace Nacre.Security.Authentication;

/// <summary>A set of 64-bit numbers that are random already: open addressing, 8 bytes a place, at most 4/5 full.</summary>
/// <remarks>Not thread-safe.</remarks>
// Invariants:
// - A number lies at its place or, over a run without gaps, after it; 0 marks a gap.
internal sealed class FingerprintSet
{
    private ulong[] _places = new ulong[64];

    /// <summary>Numbers held.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a number; false when it was there.</summary>
    public bool Add(ulong fingerprint)
    {
        ulong number = Mark(fingerprint);
        ref ulong place = ref Find(_places, number);
        if (place == number)
        {
            return false;
        }

        place = number;
        Count++;
        if (Count > _places.Length / 5 * 4)
        {
            Grow();
        }

        return true;
    }

    /// <summary>True when a number is there.</summary>
    public bool Contains(ulong fingerprint)
    {
        ulong number = Mark(fingerprint);
        return Find(_places, number) == number;
    }

    private static ulong Mark(ulong fingerprint) => fingerprint == 0 ? 1 : fingerprint;

    /// <summary>The number's place, or the gap where it belongs.</summary>
    private static ref ulong Find(ulong[] places, ulong number)
    {
        // The shard is chosen by the low bits, the place by the high ones.
        int at = (int)Math.BigMul(number, (ulong)places.Length, out _);
        while (places[at] != 0 && places[at] != number)
        {
            at = at + 1 == places.Length ? 0 : at + 1;
        }

        return ref places[at];
    }

    private void Grow()
    {
        ulong[] larger = new ulong[_places.Length + (_places.Length / 2)];
        foreach (ulong number in _places)
        {
            if (number != 0)
            {
                Find(larger, number) = number;
            }
        }

        _places = larger;
    }
}

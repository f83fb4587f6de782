using Nacre.Core.Indexing;

namespace Nacre.Server.Queries.Planning;

/// <summary>A set of items of one range, by their numbers.</summary>
/// <remarks>Thread-safe: it never changes.</remarks>
internal sealed class ItemNumbers
{
    // Invariants:
    // - _numbers rise strictly.
    private readonly ulong[] _numbers;

    private ItemNumbers(ulong[] numbers) => _numbers = numbers;

    /// <summary>No items.</summary>
    public static ItemNumbers None { get; } = new([]);

    /// <summary>How many there are.</summary>
    public int Count => _numbers.Length;

    /// <summary>A number, by its place.</summary>
    public ItemNumber this[int at] => new(_numbers[at]);

    /// <summary>Makes a set.</summary>
    /// <param name="numbers">In any order, repeated or not; used up.</param>
    public static ItemNumbers Of(List<ulong> numbers)
    {
        numbers.Sort();
        int kept = 0;
        for (int at = 0; at < numbers.Count; at++)
        {
            if (at == 0 || numbers[at] != numbers[kept - 1])
            {
                numbers[kept++] = numbers[at];
            }
        }

        return kept == 0 ? None : new([.. numbers[..kept]]);
    }

    /// <summary>Whether an item is in it.</summary>
    public bool Contains(ItemNumber item) => Array.BinarySearch(_numbers, item.Value) >= 0;

    /// <summary>What is in both.</summary>
    public ItemNumbers Intersect(ItemNumbers other)
    {
        List<ulong> both = [];
        for (int left = 0, right = 0; left < Count && right < other.Count;)
        {
            int order = _numbers[left].CompareTo(other._numbers[right]);
            if (order == 0)
            {
                both.Add(_numbers[left]);
            }

            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        return both.Count == 0 ? None : new([.. both]);
    }

    /// <summary>What is in this set and not in another.</summary>
    public ItemNumbers Except(ItemNumbers other) => Of([.. _numbers.Where(number => !other.Contains(new ItemNumber(number)))]);

    /// <summary>What is in either.</summary>
    public ItemNumbers Union(ItemNumbers other) =>
        other.Count == 0 ? this : Count == 0 ? other : Of([.. _numbers, .. other._numbers]);
}

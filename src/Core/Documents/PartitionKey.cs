using System.Text;
using Nacre.Core.Errors;

namespace Nacre.Core.Documents;

/// <summary>
/// A partition key: one value a level, outermost first. Fewer values than the container has levels name a prefix.
/// Text form, also in request headers: a JSON array such as <c>["a",1]</c>, with <c>{}</c> for an absent value.
/// </summary>
public readonly partial struct PartitionKey : IEquatable<PartitionKey>
{
    private readonly PartitionKeyValue _first;
    private readonly PartitionKeyValue _second;
    private readonly PartitionKeyValue _third;

    /// <summary>A key of one level.</summary>
    public PartitionKey(PartitionKeyValue first)
    {
        _first = first;
        Count = 1;
    }

    /// <summary>A key of two levels.</summary>
    public PartitionKey(PartitionKeyValue first, PartitionKeyValue second)
    {
        _first = first;
        _second = second;
        Count = 2;
    }

    /// <summary>A key of three levels.</summary>
    public PartitionKey(PartitionKeyValue first, PartitionKeyValue second, PartitionKeyValue third)
    {
        _first = first;
        _second = second;
        _third = third;
        Count = 3;
    }

    /// <summary>A key of some levels.</summary>
    /// <param name="values">0 to 3 values; none is the empty prefix.</param>
    public PartitionKey(ReadOnlySpan<PartitionKeyValue> values)
    {
        Invariant.Check(values.Length <= DocumentLimits.MaxPartitionKeyPaths);
        Count = values.Length;
        _first = values.Length > 0 ? values[0] : default;
        _second = values.Length > 1 ? values[1] : default;
        _third = values.Length > 2 ? values[2] : default;
    }

    /// <summary>Number of values, 0 to 3; 0 is the empty prefix, the default.</summary>
    public int Count { get; }

    /// <summary>The value of a level, from 0.</summary>
    public PartitionKeyValue this[int level]
    {
        get
        {
            Invariant.Check((uint)level < (uint)Count);
            return level switch { 0 => _first, 1 => _second, _ => _third };
        }
    }

    /// <summary>
    /// What counts against <see cref="DocumentLimits.MaxPartitionKeyBytes"/>: bytes of UTF-8, 8 a number.
    /// </summary>
    public int SizeBytes => SizeOf(_first) + SizeOf(_second) + SizeOf(_third);

    /// <summary>True when both have the same values.</summary>
    public static bool operator ==(PartitionKey left, PartitionKey right) => left.Equals(right);

    /// <summary>True when they differ.</summary>
    public static bool operator !=(PartitionKey left, PartitionKey right) => !left.Equals(right);

    /// <summary>True when <paramref name="key"/> begins with these values, or equals them.</summary>
    public bool IsPrefixOf(PartitionKey key)
    {
        if (Count > key.Count)
        {
            return false;
        }

        for (int level = 0; level < Count; level++)
        {
            if (this[level] != key[level])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Refuses a key that is too long, or has another number of levels than the container.</summary>
    /// <param name="definition">The container's.</param>
    /// <param name="allowPrefix">Whether fewer levels will do.</param>
    /// <returns>Malformed or TooLarge as errors.</returns>
    public Result<Unit> Check(PartitionKeyDefinition definition, bool allowPrefix)
    {
        if (Count > definition.Paths.Count || (!allowPrefix && Count != definition.Paths.Count))
        {
            return new NacreError(ErrorCode.Malformed,
                $"The partition key has {Count} values; the container has {definition.Paths.Count} levels.");
        }

        return SizeBytes > DocumentLimits.MaxPartitionKeyBytes
            ? new NacreError(ErrorCode.TooLarge,
                $"The partition key has {SizeBytes} bytes; {DocumentLimits.MaxPartitionKeyBytes} are allowed.")
            : Unit.Value;
    }

    /// <inheritdoc/>
    public bool Equals(PartitionKey other) =>
        Count == other.Count && _first == other._first && _second == other._second && _third == other._third;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PartitionKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, _first, _second, _third);

    private static int SizeOf(PartitionKeyValue value) => value.Kind switch
    {
        PartitionKeyValueKind.Text => Encoding.UTF8.GetByteCount(value.Text!),
        PartitionKeyValueKind.Number => sizeof(double),
        _ => 0,
    };
}

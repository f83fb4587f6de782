namespace Nacre.Core.Ids;

/// <summary>Counts the moves and splits of a range.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct RangeGeneration(uint Value) : IComparable<RangeGeneration>
{
    /// <summary>The one after this.</summary>
    public RangeGeneration Next => new(checked(Value + 1));

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(RangeGeneration left, RangeGeneration right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(RangeGeneration left, RangeGeneration right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(RangeGeneration left, RangeGeneration right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(RangeGeneration left, RangeGeneration right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(RangeGeneration other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

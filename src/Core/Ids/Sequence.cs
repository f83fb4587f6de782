namespace Nacre.Core.Ids;

/// <summary>Gapless count of a shard's commands, the same in every region; log indexes are not, since elections add no-ops.</summary>
/// <param name="Value">The first command has 1; 0 means none.</param>
public readonly record struct Sequence(ulong Value) : IComparable<Sequence>
{
    /// <summary>The one after this.</summary>
    public Sequence Next => new(checked(Value + 1));

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(Sequence left, Sequence right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(Sequence left, Sequence right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(Sequence left, Sequence right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(Sequence left, Sequence right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Sequence other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

namespace Nacre.Core.Ids;

/// <summary>Raft term of a shard.</summary>
/// <param name="Value">0 before the first election.</param>
public readonly record struct Term(ulong Value) : IComparable<Term>
{
    /// <summary>The one after this.</summary>
    public Term Next => new(checked(Value + 1));

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(Term left, Term right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(Term left, Term right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(Term left, Term right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(Term left, Term right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Term other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

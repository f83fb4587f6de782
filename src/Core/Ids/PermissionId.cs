namespace Nacre.Core.Ids;

/// <summary>A permission; never reused: the sequence of the control command that made it.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct PermissionId(ulong Value) : IComparable<PermissionId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(PermissionId left, PermissionId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(PermissionId left, PermissionId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(PermissionId left, PermissionId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(PermissionId left, PermissionId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(PermissionId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

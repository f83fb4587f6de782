namespace Nacre.Core.Documents;

/// <summary>One component of a partition key.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Number">For <see cref="PartitionKeyValueKind.Number"/>, a finite double; else 0.</param>
/// <param name="Text">For <see cref="PartitionKeyValueKind.Text"/>; else null.</param>
public readonly record struct PartitionKeyValue(PartitionKeyValueKind Kind, double Number, string? Text)
{
    /// <summary>An absent component.</summary>
    public static PartitionKeyValue Undefined => default;

    /// <summary>JSON null.</summary>
    public static PartitionKeyValue Null => new(PartitionKeyValueKind.Null, 0, null);

    /// <summary>A boolean.</summary>
    public static PartitionKeyValue Of(bool value) =>
        new(value ? PartitionKeyValueKind.True : PartitionKeyValueKind.False, 0, null);

    /// <summary>A finite number; minus zero equals zero.</summary>
    public static PartitionKeyValue Of(double value)
    {
        Invariant.Check(double.IsFinite(value));
        return new(PartitionKeyValueKind.Number, value == 0 ? 0 : value, null);
    }

    /// <summary>A string.</summary>
    public static PartitionKeyValue Of(string value) => new(PartitionKeyValueKind.Text, 0, value);
}

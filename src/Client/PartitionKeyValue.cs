namespace Nacre.Client;

/// <summary>One level of a partition key: text, a finite number, a boolean, null, or undefined where the document has nothing.</summary>
public readonly record struct PartitionKeyValue
{
    private readonly object? _value;

    private PartitionKeyValue(object? value) => _value = value;

    /// <summary>The document has nothing at the path. Also the default.</summary>
    public static PartitionKeyValue Undefined => default;

    /// <summary>JSON null.</summary>
    public static PartitionKeyValue Null { get; } = new(DBNull.Value);

    /// <summary>Wraps text.</summary>
    /// <param name="value">Not null; for JSON null use <see cref="Null"/>.</param>
    public static implicit operator PartitionKeyValue(string value) => Of(value);

    /// <summary>Wraps a finite number.</summary>
    /// <param name="value">Neither NaN nor infinite.</param>
    public static implicit operator PartitionKeyValue(double value) => Of(value);

    /// <summary>Wraps a boolean.</summary>
    public static implicit operator PartitionKeyValue(bool value) => Of(value);

    /// <summary>Wraps text.</summary>
    /// <param name="value">Not null; for JSON null use <see cref="Null"/>.</param>
    public static PartitionKeyValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value);
    }

    /// <summary>Wraps a finite number.</summary>
    /// <param name="value">Neither NaN nor infinite.</param>
    public static PartitionKeyValue Of(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A partition key's number is finite.");
        }

        return new(value == 0 ? 0d : value);
    }

    /// <summary>Wraps a boolean.</summary>
    public static PartitionKeyValue Of(bool value) => new(value);

    /// <summary>As JSON; <c>undefined</c> without a value.</summary>
    public override string ToString() => _value switch
    {
        null => "undefined",
        DBNull => "null",
        bool boolean => boolean ? "true" : "false",
        double number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        string text => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"",
        _ => throw new InvalidOperationException(),
    };

    internal static PartitionKeyValue FromWire(Protocol.V1.PartitionKeyValue wire) => wire.KindCase switch
    {
        Protocol.V1.PartitionKeyValue.KindOneofCase.Null => Null,
        Protocol.V1.PartitionKeyValue.KindOneofCase.Boolean => Of(wire.Boolean),
        Protocol.V1.PartitionKeyValue.KindOneofCase.Number => Of(wire.Number),
        Protocol.V1.PartitionKeyValue.KindOneofCase.Text => Of(wire.Text),
        _ => Undefined,
    };

    internal Protocol.V1.PartitionKeyValue ToWire() => _value switch
    {
        null => new(),
        DBNull => new() { Null = true },
        bool boolean => new() { Boolean = boolean },
        double number => new() { Number = number },
        string text => new() { Text = text },
        _ => throw new InvalidOperationException(),
    };
}

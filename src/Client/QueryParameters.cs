using System.Buffers;
using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client;

/// <summary>
/// Values for the parameters of a query: <c>new QueryParameters { { "@country", "AD" }, { "@most", 10 } }</c>. They are data
/// wherever they stand in the text, and so the way to pass on what users type.
/// </summary>
/// <remarks>Not thread-safe while values are added. Names are case-sensitive and unique; the @ may be left out.</remarks>
public sealed class QueryParameters : IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>>
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <summary>Adds a text.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="value">The text; null is JSON null.</param>
    public void Add(string name, string? value) => Write(name, value, static (writer, text) => writer.WriteStringValue(text));

    /// <summary>Adds a whole number.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="value">The number.</param>
    public void Add(string name, long value) => Write(name, value, static (writer, number) => writer.WriteNumberValue(number));

    /// <summary>Adds a number.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="value">Finite.</param>
    public void Add(string name, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "JSON has finite numbers only.");
        }

        Write(name, value, static (writer, number) => writer.WriteNumberValue(number));
    }

    /// <summary>Adds true or false.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="value">Which.</param>
    public void Add(string name, bool value) => Write(name, value, static (writer, boolean) => writer.WriteBooleanValue(boolean));

    /// <summary>Adds a value of any type: an array for <c>ARRAY_CONTAINS(@list, c.id)</c>, an object, a point.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">The parameter.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How it becomes JSON.</param>
    public void Add<T>(string name, T value, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        AddJson(name, JsonSerializer.SerializeToUtf8Bytes(value, type));
    }

    /// <summary>Adds a JSON value as it is.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="utf8Json">One JSON value of at most 128 levels; the server refuses anything else with <see cref="NacreErrorCode.Malformed"/>. Borrowed.</param>
    public void AddJson(string name, ReadOnlyMemory<byte> utf8Json)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _values.Add(name[0] == '@' ? name : "@" + name, utf8Json);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ReadOnlyMemory<byte>>> GetEnumerator() => _values.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Write<T>(string name, T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer, value);
        }

        AddJson(name, buffer.WrittenMemory);
    }
}

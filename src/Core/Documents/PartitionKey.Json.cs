using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Nacre.Core.Errors;

namespace Nacre.Core.Documents;

public readonly partial struct PartitionKey
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.Default,
        SkipValidation = true,
    };

    /// <summary>Reads the text form.</summary>
    /// <param name="utf8Json">A JSON array of 1 to 3 scalars or <c>{}</c>.</param>
    /// <returns>Malformed for anything else, TooLarge past the limit.</returns>
    public static Result<PartitionKey> Parse(ReadOnlySpan<byte> utf8Json)
    {
        if (!Utf8.IsValid(utf8Json))
        {
            return Malformed();
        }

        var values = new PartitionKeyValue[DocumentLimits.MaxPartitionKeyPaths];
        int count = 0;
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = 2 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return Malformed();
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (count == values.Length || !TryReadValue(ref reader, out values[count]))
                {
                    return Malformed();
                }

                count++;
            }

            if (count == 0 || reader.Read())
            {
                return Malformed();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The reader throws InvalidOperationException for an escaped half of a surrogate pair.
            return Malformed();
        }

        var key = new PartitionKey(values.AsSpan(0, count));
        return key.SizeBytes > DocumentLimits.MaxPartitionKeyBytes
            ? new NacreError(ErrorCode.TooLarge,
                $"The partition key has {key.SizeBytes} bytes; {DocumentLimits.MaxPartitionKeyBytes} are allowed.")
            : key;
    }

    /// <summary>Reads the text form; see <see cref="Parse(ReadOnlySpan{byte})"/>.</summary>
    public static Result<PartitionKey> Parse(string json)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(json.Length)];
        OperationStatus status = Utf8.FromUtf16(json, utf8, out _, out int written, replaceInvalidSequences: false);
        return status == OperationStatus.Done
            ? Parse(utf8.AsSpan(0, written))
            : Malformed();
    }

    /// <summary>Writes the text form.</summary>
    public void WriteTo(IBufferWriter<byte> destination)
    {
        using var writer = new Utf8JsonWriter(destination, WriterOptions);
        writer.WriteStartArray();
        for (int level = 0; level < Count; level++)
        {
            WriteValue(writer, this[level]);
        }

        writer.WriteEndArray();
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var buffer = new ArrayBufferWriter<byte>();
        WriteTo(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads the scalar at the reader, or <c>{}</c>; false for anything else.</summary>
    internal static bool TryReadValue(ref Utf8JsonReader reader, out PartitionKeyValue value)
    {
        value = default;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                value = PartitionKeyValue.Null;
                return true;
            case JsonTokenType.True or JsonTokenType.False:
                value = PartitionKeyValue.Of(reader.TokenType == JsonTokenType.True);
                return true;
            case JsonTokenType.String:
                value = PartitionKeyValue.Of(reader.GetString()!);
                return true;
            case JsonTokenType.Number when reader.TryGetDouble(out double number) && double.IsFinite(number):
                value = PartitionKeyValue.Of(number);
                return true;
            case JsonTokenType.StartObject:
                return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
            default:
                return false;
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, PartitionKeyValue value)
    {
        switch (value.Kind)
        {
            case PartitionKeyValueKind.Null:
                writer.WriteNullValue();
                break;
            case PartitionKeyValueKind.False or PartitionKeyValueKind.True:
                writer.WriteBooleanValue(value.Kind == PartitionKeyValueKind.True);
                break;
            case PartitionKeyValueKind.Number:
                writer.WriteNumberValue(value.Number);
                break;
            case PartitionKeyValueKind.Text:
                writer.WriteStringValue(value.Text);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
        }
    }

    private static NacreError Malformed() => new(ErrorCode.Malformed,
        "A partition key is a JSON array of one to three strings, numbers, booleans, nulls or {}.");
}

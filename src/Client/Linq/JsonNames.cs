using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client.Linq;

/// <summary>What types are in JSON under a client's serializer: names, nulls, and the JSON of values.</summary>
/// <param name="options">Of the client; read-only.</param>
internal sealed class JsonNames(JsonSerializerOptions options)
{
    public static bool CanBeNull(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    /// <summary>The type without <see cref="Nullable{T}"/>.</summary>
    public static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>Whether values are written as one JSON string, number or boolean and can be compared as such.</summary>
    public static bool IsScalar(Type type)
    {
        Type bare = Bare(type);
        return bare.IsPrimitive || bare.IsEnum || bare == typeof(string) || bare == typeof(decimal) || bare == typeof(Guid) || bare == typeof(Uri)
            || bare == typeof(DateTime) || bare == typeof(DateTimeOffset) || bare == typeof(DateOnly) || bare == typeof(TimeOnly)
            || bare == typeof(TimeSpan) || bare == typeof(Int128) || bare == typeof(UInt128) || bare == typeof(Half)
            || bare == typeof(JsonElement);
    }

    public static bool IsIntegral(Type type)
    {
        TypeCode code = Type.GetTypeCode(Bare(type));
        return !Bare(type).IsEnum && code is >= TypeCode.SByte and <= TypeCode.UInt64;
    }

    public static bool IsNumeric(Type type)
    {
        TypeCode code = Type.GetTypeCode(Bare(type));
        return !Bare(type).IsEnum && (code is >= TypeCode.SByte and <= TypeCode.Decimal || Bare(type) == typeof(Half));
    }

    /// <summary>A name behind a value: <c>.name</c> where that can be written, else <c>["any name"]</c>.</summary>
    public static string Behind(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static unit => char.IsAsciiLetterOrDigit(unit) || unit == '_')
            ? "." + name
            : $"[{Quote(name)}]";

    /// <summary>A string literal; only for names, which are part of a type and not of what users type.</summary>
    public static string Quote(string name)
    {
        var text = new StringBuilder("\"");
        foreach (char unit in name)
        {
            _ = unit is '"' or '\\' ? text.Append('\\').Append(unit)
                : unit is >= ' ' and < '\u007F' ? text.Append(unit)
                : text.Append("\\u").Append(((int)unit).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.Append('"').ToString();
    }

    /// <summary>The contract of a type.</summary>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.QueryNotTranslatable"/>: the serializer knows no such type.</exception>
    public JsonTypeInfo ContractOf(Type type)
    {
        if (options.TryGetTypeInfo(type, out JsonTypeInfo? contract))
        {
            return contract;
        }

        return ScalarContext.Default.GetTypeInfo(type) ?? throw LinqRefusal.Of(type.ToString(),
            "the client's SerializerOptions know no such type. Add it to the JsonSerializerContext, or use a type that is in it.");
    }

    /// <summary>The member in JSON; null where it is none.</summary>
    /// <param name="type">The type that has it, perhaps by an interface.</param>
    /// <param name="member">Its name in the type.</param>
    public JsonPropertyInfo? PropertyOf(Type type, string member)
    {
        JsonPropertyInfo? found = null;
        foreach (JsonPropertyInfo property in ContractOf(type).Properties)
        {
            // One with [JsonIgnore] is in the list, too, and neither read nor written.
            bool isIgnored = property.Get is null && property.Set is null && property.AssociatedParameter is null;
            if (!isIgnored && (property.AttributeProvider is MemberInfo info ? info.Name == member : property.Name == NameOf(member)))
            {
                found = property;
            }
        }

        return found;
    }

    private string NameOf(string member) => options.PropertyNamingPolicy?.ConvertName(member) ?? member;

    /// <summary>The name that a dictionary's key has.</summary>
    public string KeyOf(string key) => options.DictionaryKeyPolicy?.ConvertName(key) ?? key;

    /// <summary>Whether a member's values can be absent where the program sees null, by its type and its annotations.</summary>
    public static bool MayBeNull(JsonPropertyInfo property) =>
        CanBeNull(property.PropertyType) && (property.PropertyType.IsValueType || property.IsGetNullable);

    /// <summary>The JSON of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">As what it is written.</param>
    /// <param name="property">The member that it is compared with, whose converter writes it; null: none.</param>
    public byte[] Write(object? value, Type type, JsonPropertyInfo? property)
    {
        JsonTypeInfo contract = property?.CustomConverter is { } converter && Bare(property.PropertyType) == Bare(type)
            ? With(converter).GetTypeInfo(property.PropertyType)
            : ContractOf(value is not null && (type == typeof(object) || !type.IsInstanceOfType(value)) ? value.GetType() : type);
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, contract);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or JsonException or InvalidOperationException)
        {
            throw LinqRefusal.Of($"{value}", $"it cannot be written as JSON ({e.Message}). Give a value that can.");
        }
    }

    /// <summary>Whether an enum's values are numbers in JSON, so that they sort as in the program.</summary>
    public bool IsNumber(Type @enum, JsonPropertyInfo? property)
    {
        Array values = Enum.GetValuesAsUnderlyingType(@enum);
        return values.Length == 0 || Write(Enum.ToObject(@enum, values.GetValue(0)!), @enum, property)[0] != (byte)'"';
    }

    private JsonSerializerOptions With(JsonConverter converter)
    {
        var with = new JsonSerializerOptions(options);
        with.Converters.Insert(0, converter);
        return with;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nacre.Client.Linq;

namespace Nacre.Client;

/// <summary>Typed items to UTF-8 JSON and back.</summary>
internal sealed class ItemSerializer
{
    private readonly JsonSerializerOptions _options;

    public ItemSerializer(JsonSerializerOptions? options)
    {
        if (options is null)
        {
            options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = DefaultResolver() };
        }
        else if (!options.IsReadOnly && options.TypeInfoResolver is null)
        {
            options = new JsonSerializerOptions(options) { TypeInfoResolver = DefaultResolver() };
        }

        options.MakeReadOnly();
        _options = options;
        Names = new JsonNames(options);
    }

    /// <summary>What types are in JSON, for queries in C#.</summary>
    public JsonNames Names { get; }

    /// <summary>The contract of a type.</summary>
    /// <exception cref="NotSupportedException">The options know no such type: a trimmed program must give them a source-generated context.</exception>
    public JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    public static T Read<T>(ReadOnlyMemory<byte> utf8Json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(utf8Json.Span, type)
        ?? throw new JsonException("The document is JSON null.");

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reached only where reflection is enabled, which trimming switches off.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Reached only where reflection is enabled, which native compilation switches off.")]
    private static IJsonTypeInfoResolver DefaultResolver() => JsonSerializer.IsReflectionEnabledByDefault
        ? new DefaultJsonTypeInfoResolver()
        : JsonTypeInfoResolver.Combine();
}

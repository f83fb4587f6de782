using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Server.Options;

/// <summary>Options as JSON, for the one log line that says what is in effect.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext;

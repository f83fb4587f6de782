using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Server.Hosting;

/// <summary>The JSON of the connection file.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectionFile))]
internal sealed partial class ConnectionFileJson : JsonSerializerContext;

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Cli.Transfer;

/// <summary>How states and results of transfers become JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImportState))]
[JsonSerializable(typeof(ExportState))]
[JsonSerializable(typeof(Reject))]
[JsonSerializable(typeof(ImportSummary))]
[JsonSerializable(typeof(ExportSummary))]
internal sealed partial class TransferJson : JsonSerializerContext
{
    /// <summary>Leaves letters of every script as they are: nothing here goes into a web page.</summary>
    public static TransferJson Plain => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

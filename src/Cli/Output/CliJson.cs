using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nacre.Cli.Quickstart;
using Nacre.Client;

namespace Nacre.Cli.Output;

/// <summary>How results become JSON: camelCase names, numbers as numbers, times in ISO 8601.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(IndexingPolicyJson)])]
[JsonSerializable(typeof(DatabaseProperties))]
[JsonSerializable(typeof(List<DatabaseProperties>))]
[JsonSerializable(typeof(ContainerProperties))]
[JsonSerializable(typeof(List<ContainerProperties>))]
[JsonSerializable(typeof(IndexingProgress))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(WriteResult))]
[JsonSerializable(typeof(Deleted))]
[JsonSerializable(typeof(ItemDocument))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(QueryOutcome))]
[JsonSerializable(typeof(ConsistencySettings))]
[JsonSerializable(typeof(IReadOnlyList<AccountKeyProperties>))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(EncryptionKeys))]
[JsonSerializable(typeof(TokenKeyProperties))]
[JsonSerializable(typeof(UserProperties))]
[JsonSerializable(typeof(List<UserProperties>))]
[JsonSerializable(typeof(ShownPermission))]
[JsonSerializable(typeof(List<ShownPermission>))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(NewJoinToken))]
[JsonSerializable(typeof(MadeNode))]
[JsonSerializable(typeof(ClusterNodeProperties))]
[JsonSerializable(typeof(IReadOnlyList<ClusterNodeProperties>))]
[JsonSerializable(typeof(CreatedRootKey))]
[JsonSerializable(typeof(QuickstartSummary))]
[JsonSerializable(typeof(VerifySummary))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Leaves letters of every script as they are: nothing here goes into a web page.</summary>
    public static CliJson Plain => field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>As <see cref="Plain"/>, over several lines.</summary>
    public static CliJson Indented => field ??= new(new JsonSerializerOptions(Plain.Options) { WriteIndented = true });
}

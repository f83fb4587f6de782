using System.Text.Json.Serialization;

namespace Nacre.Cli.Prompt;

/// <summary>How the history's entries become JSON.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class PromptJson : JsonSerializerContext;

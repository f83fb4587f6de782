using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Cli.Output;

/// <summary>A row of a query.</summary>
/// <param name="Value">Any JSON value.</param>
[JsonConverter(typeof(QueryRowJson))]
internal readonly record struct QueryRow(JsonElement Value);

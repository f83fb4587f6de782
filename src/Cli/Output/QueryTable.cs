using System.Text.Json;
using Spectre.Console;

namespace Nacre.Cli.Output;

/// <summary>Rows of a query as a table.</summary>
internal static class QueryTable
{
    private const int MaxCell = 100;

    /// <summary>A column for each member that any row has, where all rows are objects; else one column.</summary>
    public static Table Of(IReadOnlyList<QueryRow> rows)
    {
        if (rows.Count == 0 || rows.Any(static row => row.Value.ValueKind != JsonValueKind.Object))
        {
            return ResultWriter.Table(["VALUE"], rows, static row => [CellOf(row.Value)]);
        }

        string[] names = [.. rows.SelectMany(static row => row.Value.EnumerateObject().Select(static member => member.Name)).Distinct()];
        return names.Length == 0
            ? ResultWriter.Table(["VALUE"], rows, static row => [CellOf(row.Value)])
            : ResultWriter.Table(names, rows, row => [.. names.Select(name => row.Value.TryGetProperty(name, out JsonElement member) ? CellOf(member) : "")]);
    }

    private static string CellOf(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length <= MaxCell ? text : string.Concat(text.AsSpan(0, MaxCell), "…");
    }
}

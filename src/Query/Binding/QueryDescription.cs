using System.Globalization;
using Nacre.Query.Syntax;

namespace Nacre.Query.Binding;

/// <summary>Tells people how a query is run over the documents that are put in.</summary>
internal static class QueryDescription
{
    /// <summary>A line for each step, in order.</summary>
    public static IReadOnlyList<string> Of(BoundQuery query)
    {
        SelectQuery syntax = query.Syntax;
        List<string> lines = [];
        if (query.ReadsDocuments)
        {
            lines.Add($"read: {(query.Paths.Count == 0 ? "nothing of the item" : string.Join(", ", query.Paths))}");
        }

        foreach (FromSource source in syntax.Sources.Skip(1))
        {
            lines.Add($"join: {(source.Name is { } name ? name + (source.IsIteration ? " in " : " = ") : "")}{QueryPrinter.Print(source.Collection)}");
        }

        Add(lines, "filter", syntax.Where is null ? [] : [syntax.Where]);
        Add(lines, "group by", syntax.GroupBy);
        if (query.IsGrouped && syntax.GroupBy.Count == 0)
        {
            lines.Add("aggregate: all rows");
        }

        if (syntax.OrderBy.Count > 0)
        {
            lines.Add("sort: " + string.Join(", ", syntax.OrderBy.Select(
                static key => QueryPrinter.Print(key.Expression) + (key.IsDescending ? " desc" : ""))));
        }

        if (query.IsDistinct)
        {
            lines.Add("distinct: each row once");
        }

        if (query.Plan.Offset > 0)
        {
            lines.Add("offset: " + query.Plan.Offset.ToString(CultureInfo.InvariantCulture));
        }

        if (query.Plan.Limit != long.MaxValue)
        {
            lines.Add("limit: " + query.Plan.Limit.ToString(CultureInfo.InvariantCulture));
        }

        lines.Add(!query.ReadsDocuments ? "answer: one row"
            : !query.IsPaged ? "answer: one page, after the last item"
            : query.IsOrdered ? "answer: page by page, in the order of the keys"
            : "answer: page by page, in the order of the items");
        return lines;
    }

    private static void Add(List<string> lines, string step, IReadOnlyList<SqlExpression> expressions)
    {
        if (expressions.Count > 0)
        {
            lines.Add($"{step}: {string.Join(", ", expressions.Select(static expression => QueryPrinter.Print(expression)))}");
        }
    }
}

using Nacre.Query.Syntax;

namespace Nacre.Query.Tests.Brute;

/// <summary>
/// What queries mean, in the plainest form: all rows at once, straight from the tree. Only the functions that
/// <see cref="Random.RandomQueries"/> calls. <c>BruteEvaluator.Expressions.cs</c> has the expressions.
/// </summary>
internal sealed partial class BruteEvaluator(IReadOnlyDictionary<string, object?> parameters)
{
    /// <summary>The rows of a query over documents.</summary>
    public List<object?> Run(SelectQuery query, IReadOnlyList<object?> documents) => Run(query, [], documents);

    /// <summary>The rows of a query or subquery.</summary>
    /// <param name="query">The query.</param>
    /// <param name="outer">The names around it.</param>
    /// <param name="documents">What the first name of FROM stands for; null in a subquery of an expression.</param>
    private List<object?> Run(SelectQuery query, Dictionary<string, object?> outer, IReadOnlyList<object?>? documents)
    {
        List<Dictionary<string, object?>> rows = [new Dictionary<string, object?>(outer, StringComparer.Ordinal)];
        for (int at = 0; at < query.Sources.Count; at++)
        {
            FromSource source = query.Sources[at];
            IReadOnlyList<object?>? container = at == 0 ? documents : null;
            rows = [.. rows.SelectMany(row => Values(source, row, container).Select(value => With(row, source.Name, value)))];
        }

        if (query.Where is not null)
        {
            rows = [.. rows.Where(row => Evaluate(query.Where, row, null) is true)];
        }

        List<(object? Row, List<object?> Keys)> results = [];
        if (query.GroupBy.Count > 0 || query.Items.Any(item => HasAggregate(item.Expression)) || query.OrderBy.Any(item => HasAggregate(item.Expression)))
        {
            foreach (List<Dictionary<string, object?>> group in Groups(query, rows))
            {
                // Keys are the same in each row of the group: any row will do.
                Dictionary<string, object?> sample = group.Count > 0 ? group[0] : outer;
                results.Add(Result(query, sample, group));
            }
        }
        else
        {
            results = [.. rows.Select(row => Result(query, row, null))];
        }

        results.RemoveAll(result => !BruteValue.IsDefined(result.Row));
        IEnumerable<object?> answer = Sorted(query, results).Select(result => result.Row);
        if (query.IsDistinct)
        {
            answer = answer.DistinctBy(Tagged);
        }

        int offset = query.Offset is null ? 0 : Count(query.Offset);
        SqlExpression? limit = query.Limit ?? query.Top;
        return [.. answer.Skip(offset).Take(limit is null ? int.MaxValue : Count(limit))];
    }

    private List<List<Dictionary<string, object?>>> Groups(SelectQuery query, List<Dictionary<string, object?>> rows)
    {
        if (query.GroupBy.Count == 0)
        {
            return [rows];
        }

        return [.. rows.GroupBy(row => string.Join("|", query.GroupBy.Select(key => Tagged(Evaluate(key, row, null))))).Select(group => group.ToList())];
    }

    private (object? Row, List<object?> Keys) Result(SelectQuery query, Dictionary<string, object?> row, List<Dictionary<string, object?>>? group)
    {
        List<object?> keys = [.. query.OrderBy.Select(item => Evaluate(item.Expression, row, group))];
        switch (query.Kind)
        {
            case SelectKind.Star:
                return (row[query.Sources[0].Name!], keys);
            case SelectKind.Value:
                return (Evaluate(query.Items[0].Expression, row, group), keys);
            default:
                Dictionary<string, object?> members = new(StringComparer.Ordinal);
                foreach (SelectItem item in query.Items)
                {
                    object? value = Evaluate(item.Expression, row, group);
                    if (BruteValue.IsDefined(value))
                    {
                        members.Add(item.Alias!, value);
                    }
                }

                return (members, keys);
        }
    }

    private static IEnumerable<(object? Row, List<object?> Keys)> Sorted(SelectQuery query, List<(object? Row, List<object?> Keys)> results)
    {
        IOrderedEnumerable<(object? Row, List<object?> Keys)> sorted = results.OrderBy(_ => 0);
        for (int at = 0; at < query.OrderBy.Count; at++)
        {
            int key = at;
            var comparer = Comparer<object?>.Create(BruteValue.Compare);
            sorted = query.OrderBy[at].IsDescending
                ? sorted.ThenByDescending(result => result.Keys[key], comparer)
                : sorted.ThenBy(result => result.Keys[key], comparer);
        }

        return sorted;
    }

    private IEnumerable<object?> Values(FromSource source, Dictionary<string, object?> row, IReadOnlyList<object?>? container)
    {
        IEnumerable<object?> values;
        if (source.Collection is SubqueryExpression subquery)
        {
            values = Run(subquery.Query, row, container);
        }
        else
        {
            SqlExpression first = source.Collection;
            while (first is MemberExpression or IndexExpression)
            {
                first = first is MemberExpression member ? member.Target : ((IndexExpression)first).Target;
            }

            string name = ((NameExpression)first).Name;
            values = container is null
                ? [Evaluate(source.Collection, row, null)]
                : container.Select(document => Evaluate(source.Collection, With(row, name, document), null));
        }

        return source.IsIteration
            ? values.OfType<List<object?>>().SelectMany(list => list)
            : values.Where(BruteValue.IsDefined);
    }

    private static Dictionary<string, object?> With(Dictionary<string, object?> row, string? name, object? value) =>
        new(row, StringComparer.Ordinal) { [name ?? ""] = value };

    private static int Count(SqlExpression literal) => (int)((LiteralExpression)literal).Number;

    private static bool HasAggregate(SqlExpression node) => node switch
    {
        CallExpression call => IsAggregate(call) || call.Arguments.Any(HasAggregate),
        BinaryExpression binary => HasAggregate(binary.Left) || HasAggregate(binary.Right),
        _ => false,
    };

    private static bool IsAggregate(CallExpression call) => call.Name is "COUNT" or "SUM" or "AVG" or "MIN" or "MAX";

    /// <summary>Unlike the text, tells NaN from its string.</summary>
    private static string Tagged(object? value) => value is double number && !double.IsFinite(number) ? $"#{BruteValue.Text(value)}" : BruteValue.Text(value);
}

using System.Linq.Expressions;

namespace Nacre.Client.Linq;

internal sealed partial class QueryTranslator
{
    /// <summary>An operator that makes rows of rows, of a query or of a subquery.</summary>
    private RowSet Apply(RowSet rows, MethodCallExpression call)
    {
        string name = call.Method.Name;
        switch (name, call.Arguments.Count)
        {
            case ("AsQueryable" or "AsEnumerable", 1):
                break;
            case ("Where", 2):
                AddWhere(rows, LambdaOf(call, 1), call);
                break;
            case ("Select", 2):
                RequireNoDistinct(rows, call, "Select before Distinct.");
                rows.Element = Bind(LambdaOf(call, 1), rows.Element);
                break;
            case ("SelectMany", 2 or 3):
                Multiply(rows, call);
                break;
            case ("OrderBy" or "OrderByDescending", 2):
                rows.OrderBy(SortKey(rows, call), name == "OrderByDescending");
                break;
            case ("ThenBy" or "ThenByDescending", 2):
                rows.ThenBy(SortKey(rows, call), name == "ThenByDescending");
                break;
            case ("Order" or "OrderDescending", 1):
                rows.OrderBy(SortKey(rows, call), name == "OrderDescending");
                break;
            case ("Skip" or "Take", 2):
                Cut(rows, call);
                break;
            case ("Distinct", 1):
                RequireNoLimit(rows, call, "Call Distinct before Skip and Take.");
                RequireNoGroup(rows, call);
                rows.IsDistinct = true;
                break;
            case ("GroupBy", 2 or 3 or 4):
                Group(rows, call);
                break;
            default:
                throw Refused(call, AdviceOn(call));
        }

        return rows;
    }

    private void AddWhere(RowSet rows, LambdaExpression predicate, Expression shown)
    {
        RequireNoLimit(rows, shown, "Filter before Skip and Take.");
        Node node = Bind(predicate, rows.Element);
        SqlNode condition = node is ConstantNode { Value: bool value } ? Parameter(value, typeof(bool), null) : (SqlNode)node;
        if (condition.HasAggregate)
        {
            throw LinqRefusal.Of(predicate, "the query language has no HAVING. Filter items before GroupBy, and groups in the program.");
        }

        rows.Where.Add(condition);
    }

    private void Multiply(RowSet rows, MethodCallExpression call)
    {
        RequireNoGroup(rows, call);
        if (rows.IsGrouped)
        {
            throw Refused(call, "a group has no rows in the query language. Read them with a second query.");
        }

        RequireNoLimit(rows, call, "Call SelectMany before Skip and Take.");
        RequireNoDistinct(rows, call, "Call SelectMany before Distinct.");
        Node outer = rows.Element;
        LambdaExpression collection = LambdaOf(call, 1);
        RowSet inner = RowsOf(Bind(collection, outer), call.Method.GetGenericArguments()[1], collection.Body);
        Node element = inner.Element;
        if (inner.IsPlain)
        {
            rows.Sources.AddRange(inner.Sources);
            rows.Where.AddRange(inner.Where);
        }
        else
        {
            string alias = Alias();
            rows.Sources.Add($"({Render(inner, null)}) AS {alias}");
            element = Sql.Path(alias, element.Type);
        }

        rows.Element = call.Arguments.Count == 2 ? element : Bind(LambdaOf(call, 2), outer, element);
    }

    private SqlNode SortKey(RowSet rows, MethodCallExpression call)
    {
        RequireNoGroup(rows, call);
        RequireNoLimit(rows, call, "Sort before Skip and Take.");
        Node key = call.Arguments.Count == 1 ? rows.Element : Bind(LambdaOf(call, 1), rows.Element);
        if (key is ObjectNode)
        {
            throw Refused(call, "sort by one member after the other, with ThenBy.");
        }

        SqlNode value = Value(key, call);
        RequireSortable(value, call);
        return value;
    }

    private static void Cut(RowSet rows, MethodCallExpression call)
    {
        RequireNoGroup(rows, call);
        if (!ClientValue.Is(call.Arguments[1]) || ClientValue.Of(call.Arguments[1]) is not int count)
        {
            throw Refused(call, "give a number of rows that does not depend on them.");
        }

        if (call.Method.Name == "Skip")
        {
            rows.Skip(count);
        }
        else
        {
            rows.Take(count);
        }
    }

    private void Group(RowSet rows, MethodCallExpression call)
    {
        RequireNoGroup(rows, call);
        RequireNoLimit(rows, call, "Call GroupBy before Skip and Take.");
        RequireNoDistinct(rows, call, "Leave Distinct out: groups are distinct by their key.");
        if (rows.IsGrouped)
        {
            throw Refused(call, "groups cannot be grouped again. Do so in the program.");
        }

        if (rows.Order.Count > 0)
        {
            throw Refused(call, "groups have no order of their rows. Sort after GroupBy, by the key or an aggregate.");
        }

        LambdaExpression[] lambdas = [.. Enumerable.Range(1, call.Arguments.Count - 1).Select(at => LambdaOf(call, at))];
        LambdaExpression? result = lambdas[^1].Parameters.Count == 2 ? lambdas[^1] : null;
        LambdaExpression? selector = lambdas.Length > 1 && lambdas[1] != result ? lambdas[1] : null;
        Node key = GroupKey(rows, Bind(lambdas[0], rows.Element), lambdas[0].Body);
        Node element = selector is null ? rows.Element : Bind(selector, rows.Element);
        rows.IsGrouped = true;
        var group = new GroupingNode(call.Method.ReturnType, key, element);
        rows.Element = result is null ? group : Bind(result, key, group);
    }

    private Node GroupKey(RowSet rows, Node key, Expression shown)
    {
        if (key is ObjectNode @object)
        {
            return new ObjectNode(@object.Type, [.. @object.Members.Select(member => (member.Name, GroupKey(rows, member.Value, shown)))]);
        }

        SqlNode value = Sql.Answer(Value(key, shown));
        if (!rows.GroupBy.Exists(known => known.Text == value.Text))
        {
            rows.GroupBy.Add(value);
        }

        return value;
    }

    private static LambdaExpression LambdaOf(MethodCallExpression call, int at)
    {
        Expression argument = call.Arguments[at];
        if (argument is UnaryExpression { NodeType: ExpressionType.Quote } quote)
        {
            argument = quote.Operand;
        }

        return argument as LambdaExpression
            ?? (ClientValue.Is(argument) && ClientValue.Of(argument) is LambdaExpression captured
                ? captured
                : throw Refused(call, "its arguments must be lambdas that are written in the query, and comparers of the program are not known to it."));
    }

    private static void RequireNoLimit(RowSet rows, Expression shown, string advice)
    {
        if (rows.IsLimited)
        {
            throw Refused(shown, $"rows are cut off last. {advice}");
        }
    }

    private static void RequireNoDistinct(RowSet rows, Expression shown, string advice)
    {
        if (rows.IsDistinct)
        {
            throw Refused(shown, $"duplicates are told apart by what the query answers. {advice}");
        }
    }

    private static void RequireNoGroup(RowSet rows, Expression shown)
    {
        if (rows.IsGroup)
        {
            throw Refused(shown, "of a group's rows only Where, Select and aggregates can be asked (Count, Sum, Min, Max, Average, Any, All).");
        }
    }

    /// <summary>Refuses an operator without repeating all that stands before it.</summary>
    private static NacreException Refused(Expression shown, string advice) =>
        shown is MethodCallExpression { Object: null, Arguments: [_, ..] } call
            && (call.Method.DeclaringType == typeof(Queryable) || call.Method.DeclaringType == typeof(Enumerable))
            ? LinqRefusal.Of($"{call.Method.Name}({string.Join(", ", call.Arguments.Skip(1))})", advice)
            : LinqRefusal.Of(shown, advice);

    private static string AdviceOn(MethodCallExpression call) => call.Method.Name switch
    {
        "Join" or "GroupJoin" or "LeftJoin" or "RightJoin" => "items are never joined with one another. Use SelectMany for arrays within an item, or run two queries.",
        "Union" or "Concat" or "Intersect" or "Except" or "UnionBy" or "IntersectBy" or "ExceptBy" or "Zip" or "Append" or "Prepend" =>
            "a query has one source. Run two queries, or combine the conditions with || and &&.",
        "DefaultIfEmpty" => "there is no outer join. Put the array into the row with Select instead.",
        "Reverse" or "Last" or "LastOrDefault" => "sort the other way round, with OrderByDescending.",
        "Cast" or "OfType" => "items have no types of the program. Filter by a member that tells the kind.",
        "DistinctBy" or "MinBy" or "MaxBy" => "use GroupBy with Min or Max, or OrderBy with FirstAsync.",
        "TakeWhile" or "SkipWhile" or "TakeLast" or "SkipLast" or "Chunk" or "Aggregate" or "ElementAt" or "ElementAtOrDefault" or "Index" =>
            "read the rows first, and do it in the program.",
        _ => "this operator, or this overload of it, is not translated. docs/linq.md lists those that are.",
    };
}

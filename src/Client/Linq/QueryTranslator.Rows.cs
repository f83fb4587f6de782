using System.Collections;
using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>Operators of <see cref="Enumerable"/> over arrays within an item, over rows of a group, and over lists of the program.</summary>
internal sealed partial class QueryTranslator
{
    private Node VisitRows(MethodCallExpression call)
    {
        Expression source = Unspanned(call.Arguments[0]);
        if (call.Method.Name == "Contains")
        {
            return Contains(source, call.Arguments[1], call.Arguments.Count > 2 ? call.Arguments[2] : null, call);
        }

        if (call.Method.Name == "SequenceEqual" && call.Arguments.Count == 2)
        {
            return Sql.Comparison("=", Sql.Equality, Value(source), Value(Unspanned(call.Arguments[1])), null);
        }

        Node node = Visit(source);
        if (node is ConstantNode constant)
        {
            return EachOf(constant, call);
        }

        // What a Dictionary is to Enumerable are pairs, and what it is in JSON is an object.
        RowSet rows = RowsOf(node, call.Method.GetGenericArguments() is [var type, ..] ? type : typeof(object), source);
        switch (call.Method.Name, call.Arguments.Count)
        {
            case ("ToArray" or "ToList" or "ToHashSet", 1):
                return new RowsNode(rows, call.Type);
            case ("Count" or "LongCount", 1 or 2):
                FilterBy(rows, call);
                return Count(rows, call);
            case ("Any", 1 or 2):
                FilterBy(rows, call);
                return Any(rows, call);
            case ("All", 2):
                rows.Where.Add(Sql.Not(Condition(rows, LambdaOf(call, 1))));
                return Sql.Not(Any(rows, call));
            case ("Sum" or "Min" or "Max" or "Average", 1 or 2):
                return Aggregate(rows, call);
            case ("First" or "FirstOrDefault" or "Single" or "SingleOrDefault", 1 or 2):
                FilterBy(rows, call);
                return First(rows, call);
            case ("ElementAt", 2) when rows.IsWholeArray:
                return Element(rows.Array!, call.Arguments[1], call);
            default:
                return new RowsNode(Apply(rows, call), call.Type);
        }
    }

    /// <summary>The rows that a value has: elements of an array, rows of a group.</summary>
    private RowSet RowsOf(Node node, Type elementType, Expression shown)
    {
        switch (node)
        {
            case RowsNode known:
                return known.Rows.Copy();
            case GroupingNode group:
                return new RowSet(group.Element) { IsGroup = true };
            case SqlNode array when array.Type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(array.Type)
                && !typeof(IDictionary).IsAssignableFrom(array.Type):
                string alias = Alias();
                var rows = new RowSet(Present(Sql.Path(alias, elementType))) { Array = array };
                rows.Sources.Add(array.IsPath ? $"{alias} IN {array.Text}" : $"{alias} IN (SELECT VALUE {array.Text})");
                return rows;
            default:
                throw LinqRefusal.Of(shown, "this is no array in JSON. Iterate over arrays and lists.");
        }
    }

    private static SqlNode Present(SqlNode node) => Nullable.GetUnderlyingType(node.Type) is null
        ? node
        : new SqlNode(node.Text, node.Precedence, node.Type) { IsPath = node.IsPath, MayBeNull = true };

    private SqlNode Condition(RowSet rows, LambdaExpression predicate)
    {
        Node node = Bind(predicate, rows.Element);
        return node is ConstantNode { Value: bool value } ? Parameter(value, typeof(bool), null) : (SqlNode)node;
    }

    private void FilterBy(RowSet rows, MethodCallExpression call)
    {
        if (call.Arguments.Count == 2)
        {
            AddWhere(rows, LambdaOf(call, 1), call);
        }
    }

    private SqlNode Count(RowSet rows, MethodCallExpression call)
    {
        if (rows.IsGroup)
        {
            return OfGroup("COUNT", rows, new SqlNode("1", Sql.Primary, typeof(int)), call.Type);
        }

        return rows.IsWholeArray ? Sql.Call("ARRAY_LENGTH", call.Type, rows.Array!)
            : rows.IsPlain ? new SqlNode($"({Render(rows, "COUNT(1)")})", Sql.Primary, call.Type)
            : Sql.Call("ARRAY_LENGTH", call.Type, ArrayText(rows, call.Type));
    }

    private SqlNode Any(RowSet rows, MethodCallExpression call) =>
        rows.IsGroup ? Sql.Comparison(">", Sql.Relational, Count(rows, call), new SqlNode("0", Sql.Primary, typeof(int)), null)
        : rows.IsWholeArray ? Sql.Comparison(">", Sql.Relational, Count(rows, call), new SqlNode("0", Sql.Primary, typeof(int)), rows.Array!.MayBeNull ? false : null)
        : Sql.Check("EXISTS", new SqlNode(Render(rows, rows.IsDistinct ? null : "1"), Sql.Primary, typeof(bool)));

    private SqlNode Aggregate(RowSet rows, MethodCallExpression call)
    {
        if (call.Arguments.Count == 2)
        {
            rows.Element = Bind(LambdaOf(call, 1), rows.Element);
        }

        string name = AggregateName(call.Method.Name);
        SqlNode value = Value(rows.Element, call);
        if (name is "MIN" or "MAX")
        {
            RequireSortable(value, call);
        }

        if (rows.IsGroup)
        {
            return OfGroup(name, rows, OnlyValues(value), call.Type);
        }

        RequireNoLimit(rows, call, "Aggregate before Skip and Take.");
        RequireNoDistinct(rows, call, "Aggregate before Distinct.");
        rows.Order.Clear();
        return new SqlNode($"({Render(rows, $"{name}({OnlyValues(value).Text})")})", Sql.Primary, call.Type)
        {
            MayBeNull = name != "SUM" && JsonNames.CanBeNull(call.Type),
            MayBeUndefined = name != "SUM" && JsonNames.CanBeNull(call.Type),
        };
    }

    /// <summary>An aggregate over the rows of a group, where its conditions hold.</summary>
    private static SqlNode OfGroup(string name, RowSet rows, SqlNode value, Type type)
    {
        SqlNode counted = rows.Where.Count == 0 ? value : Sql.If(Sql.And(rows.Where), value, new SqlNode("undefined", Sql.Primary, value.Type), value.Type);
        bool mayBeUndefined = name is not ("SUM" or "COUNT") && JsonNames.CanBeNull(type);
        return new SqlNode($"{QueryText.AggregateMark}{name}({counted.Text})", Sql.Primary, type) { MayBeNull = mayBeUndefined, MayBeUndefined = mayBeUndefined };
    }

    private SqlNode First(RowSet rows, MethodCallExpression call)
    {
        RequireNoGroup(rows, call);
        SqlNode array = rows.IsWholeArray ? rows.Array! : ArrayText(rows, call.Type);
        var first = new SqlNode(array.Text + "[0]", Sql.Primary, call.Type) { IsPath = array.IsPath };
        if (!call.Method.Name.EndsWith("OrDefault", StringComparison.Ordinal))
        {
            return first;
        }

        return JsonNames.CanBeNull(call.Type)
            ? new SqlNode(first.Text, Sql.Primary, call.Type) { IsPath = first.IsPath, MayBeNull = true, MayBeUndefined = true }
            : throw Refused(call, "its default is a value that is not there. Use First, or an array of a nullable type.");
    }

    private SqlNode ArrayText(RowSet rows, Type type) =>
        rows.IsWholeArray ? rows.Array! : new SqlNode($"ARRAY({Render(rows, null)})", Sql.Primary, type);

    /// <summary>Any and All over a list of the program: the condition once for each of its values.</summary>
    private SqlNode EachOf(ConstantNode list, MethodCallExpression call)
    {
        bool isAll = call.Method.Name == "All";
        if (call.Method.Name is not ("Any" or "All") || call.Arguments.Count != 2 || list.Value is not IEnumerable values)
        {
            throw Refused(call, "of a list of the program only Contains, Any and All can depend on the item. Compute the rest before.");
        }

        LambdaExpression predicate = LambdaOf(call, 1);
        Type type = predicate.Parameters[0].Type;
        List<SqlNode> conditions = [];
        foreach (object? value in values)
        {
            Node condition = Bind(predicate, new ConstantNode(value, type));
            conditions.Add(condition is ConstantNode { Value: bool known } ? Parameter(known, typeof(bool), null) : (SqlNode)condition);
        }

        return conditions.Count == 0 ? Sql.Literal(isAll) : isAll ? Sql.And(conditions) : Sql.Or(conditions);
    }

    /// <summary>The text of an aggregate over all rows of the query.</summary>
    public QueryText FinishAggregate(RowSet rows, string name, LambdaExpression? selector, Expression query)
    {
        RequireNoLimit(rows, query, "Aggregate before Skip and Take.");
        RequireNoDistinct(rows, query, "Aggregate before Distinct, or read the rows and do it in the program.");
        if (rows.IsGrouped)
        {
            throw LinqRefusal.Of(name, "groups are not aggregated again. Read the groups, and do it in the program.");
        }

        rows.Order.Clear();
        if (name == "COUNT")
        {
            return QueryText.Of(Render(rows, "COUNT(1)"), _values);
        }

        SqlNode value = selector is null ? Value(rows.Element, query) : Value(Bind(selector, rows.Element), selector.Body);
        if (name is "MIN" or "MAX")
        {
            RequireSortable(value, selector ?? query);
        }

        return QueryText.Of(Render(rows, $"{name}({OnlyValues(value).Text})"), _values);
    }

    /// <summary>What is left out of aggregates in the program is left out in the query, too.</summary>
    private static SqlNode OnlyValues(SqlNode value) => value.MayBeNull
        ? Sql.If(Sql.Check("IS_NULL", value), new SqlNode("undefined", Sql.Primary, value.Type), value, value.Type)
        : value;

    private static string AggregateName(string method) => method == "Average" ? "AVG" : method.ToUpperInvariant();
}

using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client.Linq;

/// <summary>
/// One translation of one query: which node of which expression becomes what. The other files have the operators
/// (<c>Operators</c>), rows within an item or group (<c>Rows</c>), comparisons, members, and methods.
/// </summary>
/// <remarks>Not thread-safe. Refuses with <see cref="NacreErrorCode.QueryNotTranslatable"/>.</remarks>
internal sealed partial class QueryTranslator(JsonNames names)
{
    // Invariants:
    // - Each alias t1, t2, … is given out once; c is the item.
    // - A value's place in _values is the number in its mark.

    private readonly List<ReadOnlyMemory<byte>> _values = [];
    private readonly Dictionary<ParameterExpression, Node> _bound = [];
    private int _aliases;

    /// <summary>The whole query that a chain of operators is.</summary>
    public RowSet Read(Expression query)
    {
        if (query is MethodCallExpression call && call.Method.DeclaringType == typeof(Queryable))
        {
            RowSet rows = Read(call.Arguments[0]);
            return Apply(rows, call);
        }

        if (query is ConstantExpression { Value: IQueryable { Provider: LinqProvider } source })
        {
            var rows = new RowSet(Sql.Path("c", source.ElementType));
            rows.Sources.Add("c");
            return rows;
        }

        throw LinqRefusal.Of(query, "a query begins with Container.AsQueryable and goes on with the operators of System.Linq.Queryable.");
    }

    /// <summary>The text that answers the rows.</summary>
    public QueryText Finish(RowSet rows) => QueryText.Of(Render(rows, null), _values);

    /// <summary>The text that answers something else for each row.</summary>
    public QueryText Finish(RowSet rows, string selection) => QueryText.Of(Render(rows, selection), _values);

    /// <summary>Adds a condition to the rows.</summary>
    public void Filter(RowSet rows, LambdaExpression predicate) => AddWhere(rows, predicate, predicate);

    private Node Bind(LambdaExpression lambda, params ReadOnlySpan<Node> arguments)
    {
        if (lambda.Parameters.Count != arguments.Length)
        {
            throw LinqRefusal.Of(lambda, "the position of a row is not known. Leave it out.");
        }

        for (int at = 0; at < arguments.Length; at++)
        {
            _bound[lambda.Parameters[at]] = arguments[at];
        }

        return Visit(lambda.Body);
    }

    private Node Visit(Expression expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw LinqRefusal.TooDeep();
        }

        if (expression is ParameterExpression parameter)
        {
            return _bound.TryGetValue(parameter, out Node? bound)
                ? bound
                : throw LinqRefusal.Of(expression, "it belongs to no operator of the query.");
        }

        if (!expression.Type.IsByRefLike && ClientValue.Is(expression))
        {
            object? value = ClientValue.Of(expression);
            return value is IQueryable { Provider: LinqProvider }
                ? throw LinqRefusal.Of(expression, "a query is about one container, and its items are not joined with one another. Run two queries.")
                : new ConstantNode(value, expression.Type);
        }

        return expression switch
        {
            MemberExpression member => VisitMember(member),
            MethodCallExpression call => VisitCall(call),
            BinaryExpression binary => VisitBinary(binary),
            UnaryExpression unary => VisitUnary(unary),
            ConditionalExpression conditional => VisitConditional(conditional),
            NewExpression @new => VisitNew(@new),
            MemberInitExpression init => VisitInit(init),
            NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array => ArrayOf(array.Expressions, array.Type),
            ListInitExpression list when list.Initializers.All(static item => item.Arguments.Count == 1) =>
                ArrayOf([.. list.Initializers.Select(static item => item.Arguments[0])], list.Type),
            IndexExpression { Object: { } target, Arguments.Count: 1 } index => Element(Visit(target), index.Arguments[0], index),
            TypeBinaryExpression or UnaryExpression { NodeType: ExpressionType.TypeAs } =>
                throw LinqRefusal.Of(expression, "items have no types of the program. Compare a member that tells the kind."),
            _ => throw LinqRefusal.Of(expression, "read the rows first, and compute it in the program."),
        };
    }

    /// <summary>A condition.</summary>
    private SqlNode Condition(Expression expression) => Visit(expression) switch
    {
        SqlNode node => node,
        ConstantNode { Value: bool value } => Parameter(value, typeof(bool), null),
        _ => throw LinqRefusal.Of(expression, "a condition must be true or false."),
    };

    /// <summary>A value of the query language.</summary>
    private SqlNode Value(Expression expression) => Value(Visit(expression), expression);

    private SqlNode Value(Node node, Expression expression, JsonPropertyInfo? like = null) => node switch
    {
        SqlNode sql => Sql.Definite(sql),
        ConstantNode { Value: null } => Sql.Null(node.Type),
        ConstantNode constant => Parameter(constant.Value, constant.Type, like),
        ObjectNode @object => ObjectText(@object, expression),
        RowsNode { Rows.IsGroup: false } rows => ArrayText(rows.Rows, rows.Type),
        _ => throw LinqRefusal.Of(expression,
            "a group is read through its key and aggregates. End with Select(g => new { g.Key, Count = g.Count() }) or the like."),
    };

    private SqlNode Parameter(object? value, Type type, JsonPropertyInfo? like)
    {
        if (value is null)
        {
            return Sql.Null(type);
        }

        _values.Add(names.Write(value, type, like));
        return new SqlNode(QueryText.MarkOf(_values.Count - 1), Sql.Primary, type);
    }

    private string Alias() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"t{++_aliases}");

    private string Render(RowSet rows, string? selection)
    {
        var text = new StringBuilder("SELECT ");
        if (rows.IsDistinct)
        {
            text.Append("DISTINCT ");
        }

        if (rows is { Limit: { } top, Offset: 0 })
        {
            text.Append("TOP ").Append(CountText(top)).Append(' ');
        }

        text.Append("VALUE ").Append(selection ?? AnswerText(rows));
        text.Append(" FROM ").AppendJoin(" JOIN ", rows.Sources);
        if (rows.Where.Count > 0)
        {
            text.Append(" WHERE ").Append(Sql.Filter(Sql.And(rows.Where)).Text);
        }

        if (rows.GroupBy.Count > 0)
        {
            text.Append(" GROUP BY ").AppendJoin(", ", rows.GroupBy.Select(static key => key.Text));
        }

        if (rows.Order.Count > 0)
        {
            text.Append(" ORDER BY ").AppendJoin(", ", rows.Order.Select(static item => item.IsDescending ? item.Key.Text + " DESC" : item.Key.Text));
        }

        if (rows.Offset > 0)
        {
            text.Append(" OFFSET ").Append(CountText(rows.Offset)).Append(" LIMIT ").Append(CountText(rows.Limit ?? int.MaxValue));
        }

        return text.ToString();
    }

    private string AnswerText(RowSet rows) => Sql.Answer(Value(rows.Element, Expression.Parameter(rows.Element.Type, "row"))).Text;

    private string CountText(long count) => Parameter(Math.Min(count, int.MaxValue), typeof(long), null).Text;
}

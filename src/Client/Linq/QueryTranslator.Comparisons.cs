using System.Collections;
using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>Comparisons, with the program's idea of null.</summary>
internal sealed partial class QueryTranslator
{
    /// <summary>Longer lists are one parameter, so that a query does not run out of them.</summary>
    internal const int MaxInValues = 500;

    private SqlNode Compare(ExpressionType type, Expression left, Expression right, Expression shown)
    {
        (Expression Left, Expression Right) bare = (Unconverted(left), Unconverted(right));
        if (JsonNames.Bare(bare.Left.Type) != JsonNames.Bare(bare.Right.Type) && !ClientValue.Is(left) && !ClientValue.Is(right))
        {
            bare = (left, right);
        }

        (Node Left, Node Right) sides = (Visit(bare.Left), Visit(bare.Right));
        sides = (Alike(sides.Left, sides.Right), Alike(sides.Right, sides.Left));
        return Compare(type, sides.Left, sides.Right, shown);
    }

    private SqlNode Compare(ExpressionType type, Node left, Node right, Expression shown)
    {
        bool isEquality = type is ExpressionType.Equal or ExpressionType.NotEqual;
        if (IsNullValue(left) || IsNullValue(right))
        {
            return CompareWithNull(type, IsNullValue(left) ? right : left, shown);
        }

        if (!IsScalar(left) || !IsScalar(right))
        {
            throw LinqRefusal.Of(shown, "objects and arrays are not compared as in the program. Compare their members, or use Any, All and SequenceEqual.");
        }

        SqlNode a = Value(left, shown, (right as SqlNode)?.Property);
        SqlNode b = Value(right, shown, (left as SqlNode)?.Property);
        if (!isEquality)
        {
            RequireSortable(a, shown);
            RequireSortable(b, shown);
        }

        bool mayBeNull = a.MayBeNull || b.MayBeNull || a.MayBeUndefined || b.MayBeUndefined;
        bool bothMayBeNull = a.MayBeNull && b.MayBeNull;
        (string text, int precedence) = OperatorOf(type);
        bool? whenUndefined = mayBeNull ? type == ExpressionType.NotEqual : null;
        if (!bothMayBeNull)
        {
            return Sql.Comparison(text, precedence, a, b, whenUndefined);
        }

        if (isEquality)
        {
            return Sql.Comparison(text, precedence, Sql.Answer(a), Sql.Answer(b), whenUndefined);
        }

        // In the program null is not even as great as null.
        SqlNode comparison = Sql.Comparison(text, precedence, a, b, whenUndefined);
        return type is ExpressionType.LessThan or ExpressionType.GreaterThan ? comparison : Sql.And(comparison, Sql.Not(Sql.Check("IS_NULL", a)));
    }

    private static SqlNode CompareWithNull(ExpressionType type, Node other, Expression shown)
    {
        bool isEqual = type == ExpressionType.Equal;
        if (!isEqual && type != ExpressionType.NotEqual)
        {
            return Sql.Literal(false);
        }

        return other switch
        {
            SqlNode sql => isEqual ? Sql.IsNull(sql) : Sql.IsNotNull(sql),
            ConstantNode constant => Sql.Literal(constant.Value is null == isEqual),
            ObjectNode or RowsNode or GroupingNode => Sql.Literal(!isEqual),
            _ => throw LinqRefusal.Of(shown, "compare its members."),
        };
    }

    private SqlNode Contains(Expression source, Expression item, Expression? comparer, Expression shown)
    {
        if (comparer is not null && !(ClientValue.Is(comparer) && ClientValue.Of(comparer) is null))
        {
            throw Refused(shown, "comparers of the program are not known to it. Leave the comparer out.");
        }

        Node values = Visit(source);
        if (values is ConstantNode constant)
        {
            return constant.Value is IEnumerable list and not string
                ? In(list, Visit(Unconverted(item)), shown)
                : throw Refused(shown, "the list is null. Give it a value before the query is made.");
        }

        Node wanted = Visit(item);
        if (values is SqlNode array)
        {
            return JsonNames.IsScalar(item.Type)
                ? Sql.Call("ARRAY_CONTAINS", typeof(bool), array, Value(wanted, item))
                : throw Refused(shown, "objects are not compared as in the program. Use Any with a condition on their members.");
        }

        RowSet rows = RowsOf(values, item.Type, source);
        rows.Where.Add(Compare(ExpressionType.Equal, rows.Element, wanted, shown));
        return rows.IsLimited ? throw Refused(shown, "ask before Skip and Take.") : Any(rows, (MethodCallExpression)shown);
    }

    /// <summary>Whether a value is one of the program's.</summary>
    private SqlNode In(IEnumerable list, Node item, Expression shown)
    {
        if (!JsonNames.IsScalar(item.Type))
        {
            throw Refused(shown, "objects are not compared as in the program. Use Any with a condition on their members.");
        }

        SqlNode value = Value(item, shown);
        List<object> values = [.. list.Cast<object?>().OfType<object>().Distinct()];
        bool hasNull = list.Cast<object?>().Any(static each => each is null);
        Type type = JsonNames.Bare(value.Type);
        SqlNode found = Sql.Literal(false);
        bool? whenUndefined = value.MayBeNull || value.MayBeUndefined ? false : null;
        if (values.Count > MaxInValues)
        {
            var buffer = new MemoryStream();
            buffer.WriteByte((byte)'[');
            for (int at = 0; at < values.Count; at++)
            {
                buffer.Write(at == 0 ? [] : ","u8);
                buffer.Write(names.Write(AsEnum(values[at], type), type, value.Property));
            }

            buffer.WriteByte((byte)']');
            _values.Add(buffer.ToArray());
            found = new SqlNode($"ARRAY_CONTAINS({QueryText.MarkOf(_values.Count - 1)}, {value.Text})", Sql.Primary, typeof(bool)) { WhenUndefined = whenUndefined };
        }
        else if (values.Count > 0)
        {
            IEnumerable<string> texts = values.Select(each => Parameter(AsEnum(each, type), type, value.Property).Text);
            found = new SqlNode($"{Sql.Wrap(value, Sql.Relational)} IN ({string.Join(", ", texts)})", Sql.Equality, typeof(bool)) { WhenUndefined = whenUndefined };
        }

        return !hasNull || !JsonNames.CanBeNull(value.Type) ? found : values.Count == 0 ? Sql.IsNull(value) : Sql.Or(found, Sql.IsNull(value));
    }

    /// <summary>Takes off what the compiler puts around enums and characters to compare them as numbers.</summary>
    private static Expression Unconverted(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked, Method: null } convert
        && (JsonNames.Bare(convert.Operand.Type).IsEnum || JsonNames.Bare(convert.Operand.Type) == typeof(char))
            ? convert.Operand
            : expression;

    /// <summary>A constant as the type of what it is compared with: the compiler has made a number of an enum, and of a character.</summary>
    private static Node Alike(Node node, Node other)
    {
        Type wanted = JsonNames.Bare(other.Type);
        return node is ConstantNode { Value: { } value } && other is not ConstantNode
            ? wanted == typeof(char) && value is int or long ? new ConstantNode(((char)Convert.ToInt32(value, null)).ToString(), typeof(string))
                : wanted == typeof(char) && value is char character ? new ConstantNode(character.ToString(), typeof(string))
                : wanted.IsEnum ? new ConstantNode(AsEnum(value, wanted), wanted)
                : node
            : node;
    }

    private static object AsEnum(object value, Type type) => type.IsEnum && !value.GetType().IsEnum ? Enum.ToObject(type, value) : value;

    /// <summary>Of a value in a box, what is in it counts.</summary>
    private static bool IsScalar(Node node) => JsonNames.IsScalar(node is ConstantNode { Value: { } value } ? value.GetType() : node.Type);

    private static bool IsNullValue(Node node) => node is ConstantNode { Value: null } or SqlNode { Text: "null" };

    /// <summary>Refuses values whose JSON sorts otherwise than they do in the program.</summary>
    private void RequireSortable(SqlNode value, Expression shown)
    {
        Type type = JsonNames.Bare(value.Type);
        if (type.IsEnum && !names.IsNumber(type, value.Property))
        {
            throw Refused(shown, $"{type.Name} is written as its name, which sorts otherwise than its value. Compare with = and Contains, or sort by another member.");
        }

        if (type == typeof(TimeSpan))
        {
            throw Refused(shown, "a TimeSpan is written as text, which sorts otherwise. Keep it as a number of seconds or ticks.");
        }

        if (!JsonNames.IsScalar(type) && type != typeof(object))
        {
            throw Refused(shown, "objects and arrays have no order in the program. Use one of their members.");
        }
    }

    private static (string Text, int Precedence) OperatorOf(ExpressionType type) => type switch
    {
        ExpressionType.Equal => ("=", Sql.Equality),
        ExpressionType.NotEqual => ("!=", Sql.Equality),
        ExpressionType.LessThan => ("<", Sql.Relational),
        ExpressionType.LessThanOrEqual => ("<=", Sql.Relational),
        ExpressionType.GreaterThan => (">", Sql.Relational),
        _ => (">=", Sql.Relational),
    };
}

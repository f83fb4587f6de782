using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>Operators on values.</summary>
internal sealed partial class QueryTranslator
{
    private SqlNode VisitBinary(BinaryExpression binary)
    {
        switch (binary.NodeType)
        {
            case ExpressionType.Equal or ExpressionType.NotEqual or ExpressionType.LessThan or ExpressionType.LessThanOrEqual
                or ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual:
                return Order(binary) ?? Compare(binary.NodeType, binary.Left, binary.Right, binary);
            case ExpressionType.AndAlso:
                return Sql.And(Condition(binary.Left), Condition(binary.Right));
            case ExpressionType.OrElse:
                return Sql.Or(Condition(binary.Left), Condition(binary.Right));
            case ExpressionType.Coalesce when binary.Conversion is null:
                return Sql.IfNull(Value(binary.Left), Value(binary.Right), binary.Type);
            case ExpressionType.ArrayIndex:
                return Element(Visit(binary.Left), binary.Right, binary);
            case ExpressionType.Add when binary.Type == typeof(string):
                return Sql.Binary("||", Sql.Additive, typeof(string), Part(binary.Left), Part(binary.Right));
            case ExpressionType.And or ExpressionType.Or or ExpressionType.ExclusiveOr when JsonNames.Bare(binary.Type) == typeof(bool):
                throw LinqRefusal.Of(binary, "write && and || for conditions.");
        }

        if (!JsonNames.IsNumeric(binary.Type))
        {
            throw LinqRefusal.Of(binary, "the query language computes with numbers and strings alone. Compute it in the program.");
        }

        SqlNode left = Value(binary.Left);
        SqlNode right = Value(binary.Right);
        return binary.NodeType switch
        {
            ExpressionType.Add or ExpressionType.AddChecked => Sql.Binary("+", Sql.Additive, binary.Type, left, right),
            ExpressionType.Subtract or ExpressionType.SubtractChecked => Sql.Binary("-", Sql.Additive, binary.Type, left, right),
            ExpressionType.Multiply or ExpressionType.MultiplyChecked => Sql.Binary("*", Sql.Multiplicative, binary.Type, left, right),
            ExpressionType.Divide when JsonNames.IsIntegral(binary.Type) => Sql.Call("IntDiv", binary.Type, left, right),
            ExpressionType.Divide => Sql.Binary("/", Sql.Multiplicative, binary.Type, left, right),
            ExpressionType.Modulo => Sql.Binary("%", Sql.Multiplicative, binary.Type, left, right),
            ExpressionType.Power => Sql.Call("POWER", binary.Type, left, right),
            ExpressionType.And => Sql.Call("IntBitAnd", binary.Type, left, right),
            ExpressionType.Or => Sql.Call("IntBitOr", binary.Type, left, right),
            ExpressionType.ExclusiveOr => Sql.Call("IntBitXor", binary.Type, left, right),
            _ => throw LinqRefusal.Of(binary, "this operator is not translated. Compute it in the program."),
        };
    }

    /// <summary>The idiom <c>a.CompareTo(b) &gt; 0</c>; null for anything else.</summary>
    private SqlNode? Order(BinaryExpression binary)
    {
        if (binary.Left is not MethodCallExpression { Method.Name: "CompareTo" or "Compare" or "CompareOrdinal" } call
            || !ClientValue.Is(binary.Right) || ClientValue.Of(binary.Right) is not 0)
        {
            return null;
        }

        Expression[] sides = call.Object is null ? [.. call.Arguments] : [call.Object, .. call.Arguments];
        return sides.Length == 2
            ? Compare(binary.NodeType, sides[0], sides[1], binary)
            : throw LinqRefusal.Of(binary, "strings compare by code points. Leave the kind of comparison out.");
    }

    /// <summary>A part of a longer string: null is the empty one.</summary>
    private SqlNode Part(Expression expression)
    {
        if (expression is UnaryExpression { NodeType: ExpressionType.Convert } box && box.Type == typeof(object))
        {
            expression = box.Operand;
        }

        Node node = Visit(expression);
        if (node is ConstantNode constant)
        {
            return Parameter(Convert.ToString(constant.Value, System.Globalization.CultureInfo.InvariantCulture) ?? "", typeof(string), null);
        }

        SqlNode value = Value(node, expression);
        if (value.Type == typeof(string) || value.Type == typeof(char))
        {
            return Sql.IfNull(value, Parameter("", typeof(string), null), typeof(string));
        }

        return JsonNames.IsIntegral(value.Type) && !value.MayBeNull
            ? Sql.Call("ToString", typeof(string), value)
            : throw LinqRefusal.Of(expression, "only strings and whole numbers are joined as in the program. Join the rest there.");
    }

    private Node VisitUnary(UnaryExpression unary)
    {
        switch (unary.NodeType)
        {
            case ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.TypeAs when unary.Type.IsAssignableFrom(unary.Operand.Type):
                return Visit(unary.Operand);
            case ExpressionType.Convert or ExpressionType.ConvertChecked:
                return Converted(Visit(unary.Operand), unary);
            case ExpressionType.Not when JsonNames.Bare(unary.Type) == typeof(bool):
                return Sql.Not(Condition(unary.Operand));
            case ExpressionType.Not when JsonNames.IsIntegral(unary.Type):
                return Sql.Call("IntBitNot", unary.Type, Value(unary.Operand));
            case ExpressionType.Negate or ExpressionType.NegateChecked:
                SqlNode operand = Value(unary.Operand);
                return new SqlNode("-" + Sql.Wrap(operand, Sql.Primary), Sql.Unary, unary.Type) { MayBeNull = operand.MayBeNull, MayBeUndefined = operand.MayBeUndefined };
            case ExpressionType.UnaryPlus:
                return Visit(unary.Operand);
            case ExpressionType.ArrayLength:
                return Sql.Call("ARRAY_LENGTH", typeof(int), Value(unary.Operand));
            default:
                throw LinqRefusal.Of(unary, "this operator is not translated. Compute it in the program.");
        }
    }

    private Node Converted(Node node, UnaryExpression convert)
    {
        Type from = JsonNames.Bare(node.Type);
        Type to = JsonNames.Bare(convert.Type);
        if (node is not SqlNode value || from == to)
        {
            return node is SqlNode same ? same.With(convert.Type) : node is ConstantNode constant ? new ConstantNode(constant.Value, convert.Type) : node;
        }

        if (from.IsEnum && JsonNames.IsNumeric(to))
        {
            return names.IsNumber(from, value.Property)
                ? value.With(convert.Type)
                : throw LinqRefusal.Of(convert, $"{from.Name} is written as its name and has no number in JSON. Compare it with values of the enum.");
        }

        if (JsonNames.IsNumeric(from) && JsonNames.IsNumeric(to))
        {
            return JsonNames.IsIntegral(to) && !JsonNames.IsIntegral(from) ? Sql.Call("TRUNC", convert.Type, value) : value.With(convert.Type);
        }

        // What JSON holds is not known to be of another type; a reference cast changes nothing in it.
        return !convert.Type.IsValueType && !node.Type.IsValueType && convert.Method is null
            ? value.With(convert.Type)
            : throw LinqRefusal.Of(convert, "this conversion is not translated. Compute it in the program.");
    }

    private SqlNode VisitConditional(ConditionalExpression conditional)
    {
        SqlNode condition = Condition(conditional.Test);
        return Sql.If(condition, Value(conditional.IfTrue), Value(conditional.IfFalse), conditional.Type);
    }

    private SqlNode ArrayOf(IReadOnlyList<Expression> items, Type type) =>
        new($"[{string.Join(", ", items.Select(item => Sql.Answer(Value(item)).Text))}]", Sql.Primary, type);

    /// <summary>Arrays come as spans where the compiler prefers the methods of <see cref="MemoryExtensions"/>.</summary>
    private static Expression Unspanned(Expression expression) =>
        expression.Type.IsByRefLike && expression is MethodCallExpression { Method.Name: "op_Implicit" or "AsSpan", Arguments: [var array] } ? array
        : expression.Type.IsByRefLike && expression is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand
        : expression;
}

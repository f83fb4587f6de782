using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Functions;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Binding;

internal sealed partial class BinderRun
{
    /// <summary>Binds an expression whose value is read.</summary>
    private EvaluationNode Bind(SqlExpression expression) => Used(BindPart(expression));

    private EvaluationNode[] Bind(IReadOnlyList<SqlExpression> expressions)
    {
        var nodes = new EvaluationNode[expressions.Count];
        for (int at = 0; at < nodes.Length; at++)
        {
            nodes[at] = Bind(expressions[at]);
        }

        return nodes;
    }

    /// <summary>Binds an expression of which perhaps only something below is read.</summary>
    private EvaluationNode BindPart(SqlExpression expression)
    {
        _nodes++;
        if (_scope.KeyOf(expression) is { } key)
        {
            return new SlotNode(key.Slot);
        }

        switch (expression)
        {
            case LiteralExpression literal:
                return new ConstantNode(ValueOf(literal));
            case ParameterExpression parameter:
                return parameters.TryGetValue(parameter.Name, out QueryValue value)
                    ? new ConstantNode(value)
                    : throw QueryRefusedException.Semantic(parameter.Position, $"the parameter {parameter.Name} has no value.");
            case NameExpression name:
                return BindName(name);
            case MemberExpression member:
                return Below(BindPart(member.Target), member.Name);
            case IndexExpression index:
                return Below(BindPart(index.Target), Bind(index.Index));
            case UnaryExpression unary:
                EvaluationNode operand = Bind(unary.Operand);
                return Fold(new UnaryNode(unary.Operator, operand), [operand]);
            case BinaryExpression binary:
                return BindBinary(binary);
            case LogicalExpression logical:
                return BindLogical(logical);
            case ConditionalExpression conditional:
                EvaluationNode[] parts = [Bind(conditional.Condition), Bind(conditional.WhenTrue), Bind(conditional.Otherwise)];
                return Fold(new ConditionalNode(parts[0], parts[1], parts[2]), parts);
            case BetweenExpression between:
                EvaluationNode[] ends = [Bind(between.Value), Bind(between.Low), Bind(between.High)];
                return Negated(Fold(new BetweenNode(ends[0], ends[1], ends[2]), ends), between.IsNot);
            case InExpression @in:
                EvaluationNode needle = Bind(@in.Value);
                EvaluationNode[] items = Bind(@in.Items);
                return Negated(Fold(new InNode(needle, items), [needle, .. items]), @in.IsNot);
            case LikeExpression like:
                EvaluationNode[] sides = [Bind(like.Value), Bind(like.Pattern)];
                return Negated(Fold(new LikeNode(sides[0], sides[1], EscapeOf(like)), sides), like.IsNot);
            case CallExpression call:
                return BindCall(call);
            case ArrayExpression array:
                EvaluationNode[] elements = Bind(array.Items);
                return Fold(new ArrayNode(elements), elements);
            case ObjectExpression @object:
                CheckMembers(@object);
                return BindObject([.. @object.Members.Select(static member => (member.Name, member.Value))]);
            case SubqueryExpression subquery:
                return new SubqueryNode(subquery.Kind, BindQuery(subquery.Query, isWhole: false), subquery.Position);
            default:
                throw new ArgumentException($"A {expression.GetType().Name} cannot be bound.", nameof(expression));
        }
    }

    private EvaluationNode BindBinary(BinaryExpression binary)
    {
        EvaluationNode left = Bind(binary.Left);
        EvaluationNode right = Bind(binary.Right);
        EvaluationNode node = binary.Operator switch
        {
            BinaryOperator.Coalesce => new CoalesceNode(left, right),
            BinaryOperator.Concat => new ConcatNode(left, right),
            >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual => new ComparisonNode(binary.Operator, left, right),
            _ => new ArithmeticNode(binary.Operator, left, right),
        };
        return Fold(node, [left, right]);
    }

    private EvaluationNode BindLogical(LogicalExpression logical)
    {
        EvaluationNode[] operands = Bind(logical.Operands);
        ValueKind deciding = logical.IsOr ? ValueKind.True : ValueKind.False;
        bool isDecided = Array.Exists(operands, operand => operand is ConstantNode constant && constant.Value.Kind == deciding);
        return isDecided
            ? new ConstantNode(QueryValue.FromBool(logical.IsOr))
            : Fold(new LogicalNode(logical.IsOr, operands), operands);
    }

    private EvaluationNode BindCall(CallExpression call)
    {
        if (call.IsUserDefined)
        {
            _tellsEqualApart = true;
            return userFunctions.Contains(call.Name)
                ? new UserCallNode(call.Name, Bind(call.Arguments))
                : throw QueryRefusedException.Semantic(call.Position, $"there is no user-defined function '{call.Name}'.");
        }

        if (AggregateOf(call) is { } kind)
        {
            return BindAggregate(call, kind);
        }

        if (!ScalarFunctions.TryFind(call.Name, out ScalarFunction? function))
        {
            throw QueryRefusedException.Semantic(call.Position, $"there is no function '{call.Name}'.");
        }

        int count = call.Arguments.Count;
        if (count < function.MinArguments || count > function.MaxArguments)
        {
            throw QueryRefusedException.Semantic(call.Position, $"{function.Name} takes {CountOf(function)}, not {count}.");
        }

        EvaluationNode[] arguments = Bind(call.Arguments);
        var node = new CallNode(function, arguments);
        // 1 and 1.0 are equal, and are two texts.
        _tellsEqualApart |= function.Name is "RAND" or "TOSTRING";
        return function.IsPure ? Fold(node, arguments) : node;
    }

    private static string CountOf(ScalarFunction function)
    {
        int min = function.MinArguments;
        int max = function.MaxArguments;
        string end = (max == int.MaxValue ? min : max) == 1 ? " argument" : " arguments";
        return (max == int.MaxValue ? $"at least {min}" : min == max ? $"{min}" : $"{min} to {max}") + end;
    }

    private EvaluationNode Negated(EvaluationNode node, bool isNot) =>
        isNot ? Fold(new UnaryNode(UnaryOperator.Not, node), [node]) : node;

    private static int EscapeOf(LikeExpression like)
    {
        int at = 0;
        return like.Escape is null ? -1 : CodePoints.Next(Wtf8.FromUtf16(like.Escape), ref at);
    }

    private static void CheckMembers(ObjectExpression @object)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ObjectExpressionMember member in @object.Members)
        {
            if (!names.Add(member.Name))
            {
                throw QueryRefusedException.Semantic(member.Position, $"the object has two members {QueryPrinter.Quote(member.Name)}.");
            }
        }
    }

    private static QueryValue ValueOf(LiteralExpression literal) => literal.Kind switch
    {
        LiteralKind.Null => QueryValue.Null,
        LiteralKind.True => QueryValue.True,
        LiteralKind.False => QueryValue.False,
        LiteralKind.String => QueryValue.FromString(literal.Text),
        // Integers beyond a double's keep their digits for the functions of 64-bit integers.
        LiteralKind.Number => long.TryParse(literal.Text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long whole)
            ? QueryValue.FromInteger(whole)
            : QueryValue.FromNumber(literal.Number),
        _ => QueryValue.Undefined,
    };

    /// <summary>A node whose parts are constants is one itself, unless its value would be too large or too dear.</summary>
    private EvaluationNode Fold(EvaluationNode node, ReadOnlySpan<EvaluationNode> parts)
    {
        foreach (EvaluationNode part in parts)
        {
            if (part is not ConstantNode)
            {
                return node;
            }
        }

        try
        {
            return new ConstantNode(node.Evaluate(_folding));
        }
        catch (FunctionLimitException)
        {
            return node;
        }
    }
}

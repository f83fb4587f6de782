using System.Text;
using System.Text.Json;
using Nacre.Core.Time;
using Nacre.Query.Functions;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Brute;

internal sealed partial class BruteEvaluator
{
    private static readonly object Undefined = BruteValue.Undefined;

    private object? Evaluate(SqlExpression node, Dictionary<string, object?> row, List<Dictionary<string, object?>>? group)
    {
        object? Of(SqlExpression child) => Evaluate(child, row, group);
        switch (node)
        {
            case LiteralExpression literal:
                return literal.Kind switch
                {
                    LiteralKind.Null => null,
                    LiteralKind.True => true,
                    LiteralKind.False => false,
                    LiteralKind.Number => literal.Number,
                    LiteralKind.String => literal.Text,
                    _ => Undefined,
                };
            case ParameterExpression parameter:
                return parameters[parameter.Name];
            case NameExpression name:
                return row.GetValueOrDefault(name.Name, Undefined);
            case MemberExpression member:
                return Member(Of(member.Target), member.Name);
            case IndexExpression index:
                return Index(Of(index.Target), Of(index.Index));
            case UnaryExpression unary:
                return Unary(unary.Operator, Of(unary.Operand));
            case BinaryExpression { Operator: BinaryOperator.Coalesce } coalesce:
                object? left = Of(coalesce.Left);
                return BruteValue.IsDefined(left) ? left : Of(coalesce.Right);
            case BinaryExpression binary:
                return Binary(binary.Operator, Of(binary.Left), Of(binary.Right));
            case LogicalExpression logical:
                return Logical(logical.IsOr, logical.Operands.Select(Of));
            case ConditionalExpression conditional:
                return Of(conditional.Condition) is true ? Of(conditional.WhenTrue) : Of(conditional.Otherwise);
            case BetweenExpression between:
                object? value = Of(between.Value);
                return NotIf(between.IsNot, Logical(isOr: false,
                    [Binary(BinaryOperator.GreaterOrEqual, value, Of(between.Low)), Binary(BinaryOperator.LessOrEqual, value, Of(between.High))]));
            case InExpression @in:
                object? needle = Of(@in.Value);
                return NotIf(@in.IsNot, Logical(isOr: true, @in.Items.Select(item => Binary(BinaryOperator.Equal, needle, Of(item)))));
            case LikeExpression like:
                return NotIf(like.IsNot, Of(like.Value) is string text && Of(like.Pattern) is string pattern
                    ? Like([.. text.EnumerateRunes()], [.. pattern.EnumerateRunes()], like.Escape is null ? null : like.Escape.EnumerateRunes().First())
                    : Undefined);
            case CallExpression call:
                return IsAggregate(call) ? Aggregate(call, group!) : Call(call.Name, [.. call.Arguments.Select(Of)]);
            case ArrayExpression array:
                return array.Items.Select(Of).Where(BruteValue.IsDefined).ToList();
            case ObjectExpression @object:
                return @object.Members.Select(member => (member.Name, Value: Of(member.Value))).Where(member => BruteValue.IsDefined(member.Value))
                    .ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
            case SubqueryExpression subquery:
                List<object?> rows = Run(subquery.Query, row, null);
                return subquery.Kind switch
                {
                    SubqueryKind.Exists => rows.Count > 0,
                    SubqueryKind.Array => rows,
                    _ => rows.Count == 0 ? Undefined : rows.Single(),
                };
            default:
                throw new ArgumentException(node.GetType().Name);
        }
    }

    private static object? Member(object? target, string name) =>
        target is Dictionary<string, object?> members ? members.GetValueOrDefault(name, Undefined) : Undefined;

    private static object? Index(object? target, object? index) => (target, index) switch
    {
        (Dictionary<string, object?>, string name) => Member(target, name),
        (List<object?> list, double at) when at >= 0 && at < list.Count && at == Math.Floor(at) => list[(int)at],
        _ => Undefined,
    };

    private static object? Unary(UnaryOperator @operator, object? value) => (@operator, value) switch
    {
        (UnaryOperator.Not, bool boolean) => !boolean,
        (UnaryOperator.Minus, double number) => -number,
        (UnaryOperator.Plus, double number) => number,
        (UnaryOperator.BitwiseNot, double number) => (double)~Int32(number),
        _ => Undefined,
    };

    private static object? Binary(BinaryOperator @operator, object? left, object? right)
    {
        if (@operator == BinaryOperator.Concat)
        {
            return left is string first && right is string second ? first + second : Undefined;
        }

        if (@operator is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual)
        {
            return Comparison(@operator, left, right);
        }

        if (left is not double a || right is not double b)
        {
            return Undefined;
        }

        int shift = Int32(b) & 31;
        return @operator switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.Divide => a / b,
            BinaryOperator.Modulo => a % b,
            BinaryOperator.BitwiseAnd => Int32(a) & Int32(b),
            BinaryOperator.BitwiseOr => (double)(Int32(a) | Int32(b)),
            BinaryOperator.BitwiseXor => Int32(a) ^ Int32(b),
            BinaryOperator.ShiftLeft => Int32(a) << shift,
            BinaryOperator.ShiftRight => Int32(a) >> shift,
            _ => (double)((uint)Int32(a) >> shift),
        };
    }

    private static object? Comparison(BinaryOperator @operator, object? left, object? right)
    {
        int Type(object? value) => value is bool ? 3 : BruteValue.RankOf(value);
        bool isEquality = @operator is BinaryOperator.Equal or BinaryOperator.NotEqual;
        if (Type(left) != Type(right) || Type(left) == 0 || (!isEquality && Type(left) > 5))
        {
            return Undefined;
        }

        if (left is double a && right is double b && (double.IsNaN(a) || double.IsNaN(b)))
        {
            return @operator == BinaryOperator.NotEqual;
        }

        int order = BruteValue.Compare(left, right);
        return @operator switch
        {
            BinaryOperator.Equal => order == 0,
            BinaryOperator.NotEqual => order != 0,
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessOrEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static object? Logical(bool isOr, IEnumerable<object?> operands)
    {
        List<object?> all = [.. operands];
        return all.Any(operand => operand is bool boolean && boolean == isOr) ? isOr
            : all.All(operand => operand is bool) ? !isOr
            : Undefined;
    }

    private static object? NotIf(bool isNot, object? value) => isNot ? Unary(UnaryOperator.Not, value) : value;

    /// <summary>By trying everything: patterns and texts are short.</summary>
    private static bool Like(List<Rune> text, List<Rune> pattern, Rune? escape)
    {
        if (pattern.Count == 0)
        {
            return text.Count == 0;
        }

        Rune first = pattern[0];
        List<Rune> rest = pattern[1..];
        if (first == escape && rest.Count > 0)
        {
            return text.Count > 0 && text[0] == rest[0] && Like(text[1..], rest[1..], escape);
        }

        if (first.Value == '%')
        {
            return Enumerable.Range(0, text.Count + 1).Any(skip => Like(text[skip..], rest, escape));
        }

        if (text.Count == 0)
        {
            return false;
        }

        if (first.Value == '_')
        {
            return Like(text[1..], rest, escape);
        }

        bool isNegated = first.Value == '[' && rest.Count > 0 && rest[0].Value == '^';
        int start = isNegated ? 1 : 0;
        int end = first.Value == '[' ? rest.FindIndex(start, rune => rune.Value == ']') : -1;
        if (end <= start)
        {
            return text[0] == first && Like(text[1..], rest, escape);
        }

        List<Rune> set = rest[start..end];
        bool isIn = false;
        for (int at = 0; at < set.Count; at++)
        {
            if (at + 2 < set.Count && set[at + 1].Value == '-')
            {
                isIn |= text[0].Value >= set[at].Value && text[0].Value <= set[at + 2].Value;
                at += 2;
            }
            else
            {
                isIn |= text[0] == set[at];
            }
        }

        return isIn != isNegated && Like(text[1..], rest[(end + 1)..], escape);
    }

    private object? Aggregate(CallExpression call, List<Dictionary<string, object?>> group)
    {
        List<object?> values = [.. group.Select(row => Evaluate(call.Arguments[0], row, null)).Where(BruteValue.IsDefined)];
        switch (call.Name)
        {
            case "COUNT":
                return (double)values.Count;
            case "SUM":
                return values.All(value => value is double) ? values.Sum(value => (double)value!) : Undefined;
            case "AVG":
                return values.Count > 0 && values.All(value => value is double) ? values.Sum(value => (double)value!) / values.Count : Undefined;
            default:
                if (values.Count == 0 || values.Any(value => BruteValue.RankOf(value) > 5))
                {
                    return Undefined;
                }

                values.Sort(BruteValue.Compare);
                return call.Name == "MIN" ? values[0] : values[^1];
        }
    }

    private static object? Call(string name, object?[] arguments) => (name, arguments[0]) switch
    {
        ("IS_DEFINED", var value) => BruteValue.IsDefined(value),
        ("IS_NUMBER", var value) => value is double,
        ("IS_STRING", var value) => value is string,
        ("IS_NULL", var value) => value is null,
        ("IS_ARRAY", var value) => value is List<object?>,
        ("IS_BOOL", var value) => value is bool,
        ("IS_OBJECT", var value) => value is Dictionary<string, object?>,
        ("ABS", double value) => Math.Abs(value),
        ("LENGTH", string value) => (double)value.Length,
        ("ARRAY_LENGTH", List<object?> value) => (double)value.Count,
        ("ARRAY_CONTAINS", List<object?> value) when BruteValue.IsDefined(arguments[1]) => value.Any(element => BruteValue.Compare(element, arguments[1]) == 0),
        ("STARTSWITH", string value) when arguments[1] is string prefix => value.StartsWith(prefix, StringComparison.Ordinal),
        ("CONTAINS", string value) when arguments[1] is string part => value.Contains(part, StringComparison.Ordinal),
        _ => name.StartsWith("ST_", StringComparison.Ordinal) && arguments.All(BruteValue.IsDefined) ? Spatial(name, arguments) : Undefined,
    };

    /// <summary>The product's own: who asks here asks what indexes find. The functions are held against other computations elsewhere.</summary>
    private static object? Spatial(string name, object?[] arguments)
    {
        Assert.That(ScalarFunctions.TryFind(name, out ScalarFunction? function), Is.True, name);
        var context = new FunctionContext(DateTimeOffset.UnixEpoch, CryptographicRandom.Instance, 1 << 20, long.MaxValue / 2, default);
        QueryValue answer = function!.Invoke([.. arguments.Select(static argument => QueryValueReader.Read(JsonSerializer.SerializeToUtf8Bytes(argument)))], context);
        return answer.IsNumber ? answer.Number : answer.IsDefined ? BruteValue.Parse(answer.ToString()) : Undefined;
    }

    private static int Int32(double number) => double.IsFinite(number)
        ? unchecked((int)(long)(Math.Truncate(number) - (Math.Floor(Math.Truncate(number) / 4294967296.0) * 4294967296.0)))
        : 0;
}

using System.Collections;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nacre.Client.Linq;

/// <summary>Methods of strings, numbers and collections.</summary>
internal sealed partial class QueryTranslator
{
    private Node VisitCall(MethodCallExpression call)
    {
        Type type = call.Method.DeclaringType!;
        string name = call.Method.Name;
        if (type == typeof(QueryFunctions))
        {
            return VisitFunction(call);
        }

        if (type == typeof(Enumerable) || type == typeof(Queryable) || type == typeof(MemoryExtensions))
        {
            return VisitRows(call);
        }

        // The compiler passes the default of an optional argument on, too.
        Expression[] values = call.Object is null ? [.. call.Arguments] : [call.Object, .. call.Arguments];
        if (MethodTable.Functions.TryGetValue((type, name, values.Length), out string? function) && values.All(static value => IsPlain(value.Type)))
        {
            return Sql.Call(function, call.Type, [.. values.Select(Text)]);
        }

        return type == typeof(string) ? VisitString(call, values)
            : type == typeof(Math) ? VisitMath(call)
            : type == typeof(Regex) ? VisitRegex(call)
            : VisitOther(call, values);
    }

    private SqlNode VisitOther(MethodCallExpression call, Expression[] values)
    {
        switch (call.Method.Name, values.Length)
        {
            case ("get_Item", 2):
                return Element(Visit(values[0]), values[1], call);
            case ("Equals", 2):
                return Compare(ExpressionType.Equal, Unboxed(values[0]), Unboxed(values[1]), call);
            case ("ToString", 1):
                return Joined(values[0]);
            case ("GetValueOrDefault", 1 or 2) when Nullable.GetUnderlyingType(values[0].Type) is { } bare:
                SqlNode fallback = values.Length == 2 ? Value(values[1]) : Parameter(ClientValue.Of(Expression.Default(bare)), bare, null);
                return Sql.IfNull(Value(values[0]), fallback, bare);
            case ("Contains", 2) when call.Object is not null && typeof(IEnumerable).IsAssignableFrom(values[0].Type):
                return Contains(values[0], values[1], null, call);
            case ("ContainsKey", 2) when call.Object is not null && values[1].Type == typeof(string):
                return Sql.Check("IS_DEFINED", Element(Visit(values[0]), values[1], call));
            case ("HasFlag", 2):
                return HasFlag(values[0], Unboxed(values[1]), call);
            case ("GetProperty", 2) when values[0].Type == typeof(JsonElement):
                return Element(Visit(values[0]), values[1], call);
            case ("GetString" or "GetInt32" or "GetInt64" or "GetDouble" or "GetDecimal" or "GetBoolean", 1) when values[0].Type == typeof(JsonElement):
                return Value(values[0]).AsPresent(call.Type);
            case ("CompareTo", _):
                throw LinqRefusal.Of(call, "compare its result with 0, as in a.CompareTo(b) > 0.");
            case (['A', 'd', 'd', ..], _) when JsonNames.Bare(values[0].Type) is var type && (type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly)):
                throw LinqRefusal.Of(call, "dates compare as the text that they are written as. Add to the other side, in the program.");
            default:
                throw LinqRefusal.Of(call, "this method is not translated; docs/linq.md lists those that are. Compute it in the program, or use QueryFunctions.");
        }
    }

    private SqlNode VisitMath(MethodCallExpression call)
    {
        switch (call.Method.Name, call.Arguments.Count)
        {
            case ("Max" or "Min", 2):
                SqlNode left = Value(call.Arguments[0]);
                SqlNode right = Value(call.Arguments[1]);
                return Sql.Call(call.Method.Name == "Max" ? "ARRAY_MAX" : "ARRAY_MIN", call.Type, new SqlNode($"[{left.Text}, {right.Text}]", Sql.Primary, call.Type));
            case ("Round", 2) when call.Arguments[1].Type == typeof(MidpointRounding) && ClientValue.Is(call.Arguments[1])
                && ClientValue.Of(call.Arguments[1]) is MidpointRounding.AwayFromZero:
                return Sql.Call("ROUND", call.Type, Value(call.Arguments[0]));
            case ("Round", _):
                throw LinqRefusal.Of(call, "the query language rounds halves away from zero. Write Math.Round(x, MidpointRounding.AwayFromZero), without digits.");
            default:
                throw LinqRefusal.Of(call, "this method is not translated; docs/linq.md lists those that are. Compute it in the program.");
        }
    }

    private SqlNode VisitRegex(MethodCallExpression call)
    {
        if (call.Method.Name != "IsMatch" || call.Object is not null || call.Arguments.Count is not (2 or 3)
            || (call.Arguments.Count == 3 && (!ClientValue.Is(call.Arguments[2]) || call.Arguments[2].Type != typeof(RegexOptions))))
        {
            throw LinqRefusal.Of(call, "of Regex the static IsMatch(input, pattern[, options]) is translated.");
        }

        List<SqlNode> arguments = [Value(call.Arguments[0]), Value(call.Arguments[1])];
        if (call.Arguments.Count == 3)
        {
            var options = (RegexOptions)ClientValue.Of(call.Arguments[2])!;
            string modifiers = (options.HasFlag(RegexOptions.IgnoreCase) ? "i" : "") + (options.HasFlag(RegexOptions.Multiline) ? "m" : "")
                + (options.HasFlag(RegexOptions.Singleline) ? "s" : "") + (options.HasFlag(RegexOptions.IgnorePatternWhitespace) ? "x" : "");
            const RegexOptions Known = RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.Singleline
                | RegexOptions.IgnorePatternWhitespace | RegexOptions.Compiled | RegexOptions.CultureInvariant;
            if ((options & ~Known) != 0)
            {
                throw LinqRefusal.Of(call, "the options IgnoreCase, Multiline, Singleline and IgnorePatternWhitespace are translated.");
            }

            arguments.Add(Parameter(modifiers, typeof(string), null));
        }

        return Sql.Call("RegexMatch", typeof(bool), arguments);
    }

    private SqlNode HasFlag(Expression flags, Expression flag, Expression shown)
    {
        SqlNode value = Value(flags);
        Type type = JsonNames.Bare(value.Type);
        if (!type.IsEnum || !names.IsNumber(type, value.Property) || !ClientValue.Is(flag))
        {
            throw LinqRefusal.Of(shown, "it needs flags that are written as a number, and a flag of the program.");
        }

        SqlNode wanted = Parameter(ClientValue.Of(flag), type, value.Property);
        return Sql.Comparison("=", Sql.Equality, Sql.Call("IntBitAnd", typeof(long), value, wanted), wanted, value.MayBeNull ? false : null);
    }

    /// <summary>A value for a function of strings: a character is one, too.</summary>
    private SqlNode Text(Expression expression)
    {
        Node node = Visit(expression);
        return node is ConstantNode { Value: char character } ? Parameter(character.ToString(), typeof(string), null) : Value(node, expression);
    }

    private static bool IsPlain(Type type) => type == typeof(string) || type == typeof(char) || JsonNames.IsNumeric(type);

    private static Expression Unboxed(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert } box && (box.Type == typeof(object) || box.Type == typeof(Enum) || box.Type == typeof(ValueType))
            ? box.Operand
            : expression;
}

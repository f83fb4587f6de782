using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>Methods of strings that need more than another name.</summary>
internal sealed partial class QueryTranslator
{
    private SqlNode VisitString(MethodCallExpression call, Expression[] values)
    {
        bool isStatic = call.Object is null;
        switch (call.Method.Name, values.Length)
        {
            case ("StartsWith", 2 or 3):
                return Search("STARTSWITH", values, call);
            case ("EndsWith", 2 or 3):
                return Search("ENDSWITH", values, call);
            case ("Contains", 2 or 3):
                return Search("CONTAINS", values, call);
            case ("Equals", 2):
                return Compare(ExpressionType.Equal, values[0], Unboxed(values[1]), call);
            case ("Equals", 3):
                return IgnoresCase(values[2], call)
                    ? Sql.Call("STRINGEQUALS", typeof(bool), Value(values[0]), Value(values[1]), Sql.Literal(true))
                    : Compare(ExpressionType.Equal, values[0], values[1], call);
            case ("IsNullOrEmpty", 1):
                SqlNode text = Value(values[0]);
                return Sql.Or(Sql.IsNull(text), Sql.Comparison("=", Sql.Equality, text, Parameter("", typeof(string), null), false));
            case ("IsNullOrWhiteSpace", 1):
                SqlNode blank = Value(values[0]);
                return Sql.Or(Sql.IsNull(blank), Sql.Comparison("=", Sql.Equality, Sql.Call("TRIM", typeof(string), blank), Parameter("", typeof(string), null), false));
            case ("Substring", 2):
                SqlNode whole = Value(values[0]);
                return Sql.Call("SUBSTRING", typeof(string), whole, Value(values[1]), Sql.Call("LENGTH", typeof(int), whole));
            case ("IndexOf", 3) when values[2].Type == typeof(int):
                return Sql.Call("INDEX_OF", typeof(int), Text(values[0]), Text(values[1]), Value(values[2]));
            case ("IndexOf" or "LastIndexOf", 3) when values[2].Type == typeof(StringComparison) && !IgnoresCase(values[2], call):
                return Sql.Call(call.Method.Name == "IndexOf" ? "INDEX_OF" : "LASTINDEXOF", typeof(int), Text(values[0]), Text(values[1]));
            case ("Replace", 4) when values[3].Type == typeof(StringComparison) && !IgnoresCase(values[3], call):
                return Sql.Call("REPLACE", typeof(string), Value(values[0]), Value(values[1]), Value(values[2]));
            case ("Trim" or "TrimStart" or "TrimEnd", 2) when ClientValue.Is(values[1]):
                string characters = ClientValue.Of(values[1]) is char one ? one.ToString() : new string((char[])ClientValue.Of(values[1])!);
                return Sql.Call(call.Method.Name switch { "Trim" => "TRIM", "TrimStart" => "LTRIM", _ => "RTRIM" }, typeof(string),
                    characters.Length == 0 ? [Value(values[0])] : [Value(values[0]), Parameter(characters, typeof(string), null)]);
            case ("Split", 3) when ClientValue.Is(values[2]) && ClientValue.Of(values[2]) is StringSplitOptions.None && IsPlain(values[1].Type):
                return Sql.Call("STRINGSPLIT", call.Type, Value(values[0]), Text(values[1]));
            case ("Concat", _) when isStatic && values is not [{ Type.IsArray: true }]:
                return Concat(values);
            case ("Concat", 1) when values[0] is NewArrayExpression parts:
                return Concat(parts.Expressions);
            case ("Join", 2) when !ClientValue.Is(values[1]) && values[1] is not NewArrayExpression:
                return Sql.Call("STRINGJOIN", typeof(string), Value(values[1]), Text(values[0]));
            case ("ToString", 1):
                return Value(values[0]);
            case ("get_Chars", 2):
                return Element(Visit(values[0]), values[1], call);
            case ("Format", _):
                throw LinqRefusal.Of(call, "join the parts with +, or format the rows in the program.");
            case ("Compare" or "CompareTo" or "CompareOrdinal", _):
                throw LinqRefusal.Of(call, "compare its result with 0, as in string.Compare(a, b) > 0.");
            default:
                throw LinqRefusal.Of(call, "this method, or this overload of it, is not translated; docs/linq.md lists those that are.");
        }
    }

    private SqlNode Search(string function, Expression[] values, MethodCallExpression call)
    {
        SqlNode text = Text(values[0]);
        SqlNode part = Text(values[1]);
        return values.Length == 3 && IgnoresCase(values[2], call)
            ? Sql.Call(function, typeof(bool), text, part, Sql.Literal(true))
            : Sql.Call(function, typeof(bool), text, part);
    }

    private static bool IgnoresCase(Expression comparison, Expression shown) =>
        (comparison.Type == typeof(StringComparison) && ClientValue.Is(comparison) ? ClientValue.Of(comparison) : null) switch
        {
            StringComparison.Ordinal => false,
            StringComparison.OrdinalIgnoreCase => true,
            _ => throw LinqRefusal.Of(shown, "the query language knows no culture. Use StringComparison.Ordinal or OrdinalIgnoreCase."),
        };

    private SqlNode Concat(IReadOnlyList<Expression> parts)
    {
        SqlNode joined = Part(parts[0]);
        for (int at = 1; at < parts.Count; at++)
        {
            joined = Sql.Binary("||", Sql.Additive, typeof(string), joined, Part(parts[at]));
        }

        return joined;
    }

    /// <summary>A value as text, as the program writes it.</summary>
    private SqlNode Joined(Expression expression) => JsonNames.Bare(expression.Type).IsEnum
        ? throw LinqRefusal.Of(expression, "the name of an enum's value is not known to the query. Read the value, and name it in the program.")
        : Part(expression);
}

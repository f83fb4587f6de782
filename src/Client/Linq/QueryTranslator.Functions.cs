using System.Collections.ObjectModel;
using System.Linq.Expressions;
using System.Reflection;

namespace Nacre.Client.Linq;

/// <summary>The methods of <see cref="QueryFunctions"/>.</summary>
internal sealed partial class QueryTranslator
{
    private SqlNode VisitFunction(MethodCallExpression call)
    {
        ReadOnlyCollection<Expression> arguments = call.Arguments;
        switch (call.Method.Name)
        {
            case nameof(QueryFunctions.Member):
                SqlNode target = Value(arguments[0]);
                string name = KnownText(arguments[1], call);
                return new SqlNode(Sql.Wrap(target, Sql.Primary) + JsonNames.Behind(name), Sql.Primary, call.Type)
                {
                    IsPath = target.IsPath,
                    MayBeNull = JsonNames.CanBeNull(call.Type),
                    MayBeUndefined = JsonNames.CanBeNull(call.Type),
                };
            case nameof(QueryFunctions.IfUndefined):
                SqlNode value = Value(arguments[0]);
                SqlNode fallback = Value(arguments[1]);
                return new SqlNode($"{Sql.Wrap(value, Sql.Disjunction)} ?? {Sql.Wrap(fallback, Sql.Disjunction)}", Sql.Coalesce, call.Type) { MayBeNull = value.MayBeNull };
            case nameof(QueryFunctions.UserDefined):
                string function = KnownText(arguments[0], call);
                return JsonNames.Behind(function) is ['.', ..]
                    ? Sql.Call("udf." + function, call.Type, [.. Spread(arguments[1]).Select(argument => Value(Unboxed(argument)))])
                    : throw LinqRefusal.Of(call, "the name of a function has letters, digits and _ alone.");
            case nameof(QueryFunctions.Like):
                SqlNode text = Value(arguments[0]);
                return new SqlNode($"{Sql.Wrap(text, Sql.Relational)} LIKE {Value(arguments[1]).Text}", Sql.Equality, typeof(bool))
                {
                    WhenUndefined = text.MayBeNull || text.MayBeUndefined ? false : null,
                };
            case nameof(QueryFunctions.Point):
                return new SqlNode(
                    $"{{\"type\": \"Point\", \"coordinates\": [{Value(arguments[0]).Text}, {Value(arguments[1]).Text}]}}", Sql.Primary, call.Type);
            default:
                return Dialect(call, call.Method.GetCustomAttribute<DialectAttribute>()!.Function);
        }
    }

    private SqlNode Dialect(MethodCallExpression call, string function)
    {
        List<SqlNode> values = [];
        ParameterInfo[] parameters = call.Method.GetParameters();
        for (int at = 0; at < parameters.Length; at++)
        {
            IEnumerable<Expression> arguments = parameters[at].IsDefined(typeof(ParamArrayAttribute)) ? Spread(call.Arguments[at]) : [Unboxed(call.Arguments[at])];
            values.AddRange(arguments.Select(argument => Value(argument)));
        }

        // What checks for a value says so of none.
        return function.StartsWith("IS_", StringComparison.Ordinal) ? Sql.Check(function, values[0]) : Sql.Call(function, call.Type, values);
    }

    /// <summary>The values of <c>params</c>, one by one.</summary>
    private static IEnumerable<Expression> Spread(Expression array) => array switch
    {
        NewArrayExpression { NodeType: ExpressionType.NewArrayInit } items => items.Expressions,
        _ when ClientValue.Is(array) && ClientValue.Of(array) is System.Collections.IEnumerable values =>
            values.Cast<object?>().Select(static value => Expression.Constant(value, value?.GetType() ?? typeof(object))),
        _ => throw LinqRefusal.Of(array, "give the values one by one."),
    };

    private static string KnownText(Expression expression, Expression shown) =>
        ClientValue.Is(expression) && ClientValue.Of(expression) is string text
            ? text
            : throw LinqRefusal.Of(shown, "the name must be known before the query runs.");
}

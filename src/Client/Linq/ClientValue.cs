using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Nacre.Client.Linq;

/// <summary>Values of the program in an expression: what it captured, and what it computes without any item.</summary>
internal static class ClientValue
{
    /// <summary>Whether the expression depends on no row, and asks nothing that only a query can answer.</summary>
    public static bool Is(Expression expression)
    {
        // Most of what is asked is a member of a row, or of what was captured.
        Expression? root = expression;
        while (root is MemberExpression member)
        {
            root = member.Expression;
        }

        return root switch
        {
            null or ConstantExpression => true,
            ParameterExpression => false,
            _ => Finder.IsFree(expression),
        };
    }

    /// <summary>Computes it: by reflection, and only what reflection cannot do by the interpreter of expressions.</summary>
    public static object? Of(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression member:
                return Read(member, member.Expression is null ? null : Of(member.Expression));
            case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.Quote, Method: null } unary
                when unary.Type.IsAssignableFrom(unary.Operand.Type) || Nullable.GetUnderlyingType(unary.Type) == unary.Operand.Type:
                return Of(unary.Operand);
            case MethodCallExpression call when call.Arguments.All(static argument => argument is not LambdaExpression && !argument.Type.IsByRefLike):
                object? target = call.Object is null ? null : Of(call.Object);
                return call.Object is not null && target is null
                    ? throw LinqRefusal.Of(call, "it calls a method of null. Give it a value before the query is made.")
                    : call.Method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, [.. call.Arguments.Select(Of)], null);
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();
        }
    }

    /// <summary>Reads a field or property.</summary>
    public static object? Read(MemberExpression member, object? target)
    {
        if (member.Expression is not null && target is null)
        {
            throw LinqRefusal.Of(member, "it reads a member of null. Give it a value before the query is made.");
        }

        return member.Member switch
        {
            FieldInfo field => field.GetValue(target),
            PropertyInfo property => property.GetValue(target, BindingFlags.DoNotWrapExceptions, null, null, null),
            _ => throw LinqRefusal.Of(member, "only fields and properties can be read."),
        };
    }

    private sealed class Finder : ExpressionVisitor
    {
        private readonly HashSet<ParameterExpression> _declared = [];
        private bool _dependsOnRow;

        public static bool IsFree(Expression expression)
        {
            var finder = new Finder();
            finder.Visit(expression);
            return !finder._dependsOnRow;
        }

        public override Expression? Visit(Expression? node) => _dependsOnRow ? node
            : RuntimeHelpers.TryEnsureSufficientExecutionStack() ? base.Visit(node)
            : throw LinqRefusal.TooDeep();

        protected override Expression VisitLambda<T>(Expression<T> node)
        {
            _declared.UnionWith(node.Parameters);
            return base.VisitLambda(node);
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _dependsOnRow |= !_declared.Contains(node);
            return node;
        }

        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            _dependsOnRow |= node.Method.DeclaringType == typeof(QueryFunctions) || node.Method.DeclaringType == typeof(Queryable);
            return base.VisitMethodCall(node);
        }
    }
}

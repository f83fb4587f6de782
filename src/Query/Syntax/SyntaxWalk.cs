namespace Nacre.Query.Syntax;

/// <summary>Goes through trees.</summary>
internal static class SyntaxWalk
{
    /// <summary>The expressions directly below one; those inside a subquery are not among them.</summary>
    public static IEnumerable<SqlExpression> Children(SqlExpression node) => node switch
    {
        MemberExpression member => [member.Target],
        IndexExpression index => [index.Target, index.Index],
        UnaryExpression unary => [unary.Operand],
        BinaryExpression binary => [binary.Left, binary.Right],
        LogicalExpression logical => logical.Operands,
        BetweenExpression between => [between.Value, between.Low, between.High],
        InExpression @in => [@in.Value, .. @in.Items],
        LikeExpression like => [like.Value, like.Pattern],
        ConditionalExpression conditional => [conditional.Condition, conditional.WhenTrue, conditional.Otherwise],
        CallExpression call => call.Arguments,
        ArrayExpression array => array.Items,
        ObjectExpression @object => @object.Members.Select(static member => member.Value),
        _ => [],
    };

    /// <summary>Whether any node from here down, outside of subqueries, is what is asked for.</summary>
    public static bool Any(SqlExpression node, Func<SqlExpression, bool> isIt)
    {
        if (isIt(node))
        {
            return true;
        }

        foreach (SqlExpression child in Children(node))
        {
            if (Any(child, isIt))
            {
                return true;
            }
        }

        return false;
    }
}

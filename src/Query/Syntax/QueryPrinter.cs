using System.Globalization;
using System.Text;

namespace Nacre.Query.Syntax;

/// <summary>Writes trees as canonical text: one line, keywords in capitals, no parentheses that are not needed.</summary>
/// <remarks>Thread-safe. What it writes parses to the same tree, but for positions.</remarks>
public static class QueryPrinter
{
    /// <summary>The text of a query.</summary>
    public static string Print(SelectQuery query)
    {
        var text = new StringBuilder();
        Write(text, query);
        return text.ToString();
    }

    /// <summary>The text of an expression.</summary>
    public static string Print(SqlExpression expression)
    {
        var text = new StringBuilder();
        Write(text, expression, Precedence.Conditional);
        return text.ToString();
    }

    /// <summary>A string literal in double quotes.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2);
        WriteString(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, SelectQuery query)
    {
        text.Append("SELECT ");
        if (query.IsDistinct)
        {
            text.Append("DISTINCT ");
        }

        if (query.Top is { } top)
        {
            text.Append("TOP ");
            Write(text, top, Precedence.Primary);
            text.Append(' ');
        }

        switch (query.Kind)
        {
            case SelectKind.Star:
                text.Append('*');
                break;
            case SelectKind.Value:
                text.Append("VALUE ");
                Write(text, query.Items[0].Expression, Precedence.Conditional);
                break;
            default:
                WriteList(text, query.Items, WriteItem);
                break;
        }

        for (int at = 0; at < query.Sources.Count; at++)
        {
            text.Append(at == 0 ? " FROM " : " JOIN ");
            WriteSource(text, query.Sources[at]);
        }

        if (query.Where is { } where)
        {
            text.Append(" WHERE ");
            Write(text, where, Precedence.Conditional);
        }

        if (query.GroupBy.Count > 0)
        {
            text.Append(" GROUP BY ");
            WriteList(text, query.GroupBy, WriteExpression);
        }

        if (query.OrderBy.Count > 0)
        {
            text.Append(" ORDER BY ");
            WriteList(text, query.OrderBy, WriteOrderItem);
        }

        if (query.Offset is { } offset && query.Limit is { } limit)
        {
            text.Append(" OFFSET ");
            Write(text, offset, Precedence.Primary);
            text.Append(" LIMIT ");
            Write(text, limit, Precedence.Primary);
        }
    }

    private static void WriteItem(StringBuilder text, SelectItem item)
    {
        Write(text, item.Expression, Precedence.Conditional);
        if (item.Alias is { } alias)
        {
            text.Append(" AS ").Append(alias);
        }
    }

    private static void WriteSource(StringBuilder text, FromSource source)
    {
        if (source.IsIteration)
        {
            text.Append(source.Alias).Append(" IN ");
        }

        Write(text, source.Collection, Precedence.Primary);
        if (!source.IsIteration && source.Alias is { } alias)
        {
            text.Append(" AS ").Append(alias);
        }
    }

    private static void WriteOrderItem(StringBuilder text, OrderItem item)
    {
        Write(text, item.Expression, Precedence.Conditional);
        text.Append(item.IsDescending ? " DESC" : " ASC");
    }

    private static void WriteExpression(StringBuilder text, SqlExpression node) => Write(text, node, Precedence.Conditional);

    /// <summary>Writes a node, in parentheses when its operator binds less than so tightly.</summary>
    private static void Write(StringBuilder text, SqlExpression node, int minimum)
    {
        bool parenthesised = Precedence.Of(node) < minimum;
        text.Append(parenthesised ? "(" : "");
        switch (node)
        {
            case LiteralExpression literal:
                WriteLiteral(text, literal);
                break;
            case ParameterExpression parameter:
                text.Append(parameter.Name);
                break;
            case NameExpression name:
                text.Append(name.Name);
                break;
            case MemberExpression member:
                WriteMember(text, member);
                break;
            case IndexExpression index:
                Write(text, index.Target, Precedence.Primary);
                text.Append('[');
                Write(text, index.Index, Precedence.Conditional);
                text.Append(']');
                break;
            case UnaryExpression unary:
                WriteUnary(text, unary);
                break;
            case BinaryExpression binary:
                int own = Precedence.Of(binary.Operator);
                Write(text, binary.Left, own);
                text.Append(' ').Append(Precedence.TextOf(binary.Operator)).Append(' ');
                Write(text, binary.Right, own + 1);
                break;
            case LogicalExpression logical:
                WriteLogical(text, logical);
                break;
            case ConditionalExpression conditional:
                Write(text, conditional.Condition, Precedence.Coalesce);
                text.Append(" ? ");
                Write(text, conditional.WhenTrue, Precedence.Conditional);
                text.Append(" : ");
                Write(text, conditional.Otherwise, Precedence.Conditional);
                break;
            case BetweenExpression between:
                Write(text, between.Value, Precedence.Equality);
                text.Append(between.IsNot ? " NOT BETWEEN " : " BETWEEN ");
                Write(text, between.Low, Precedence.BitwiseOr);
                text.Append(" AND ");
                Write(text, between.High, Precedence.BitwiseOr);
                break;
            case InExpression @in:
                Write(text, @in.Value, Precedence.Equality);
                text.Append(@in.IsNot ? " NOT IN (" : " IN (");
                WriteList(text, @in.Items, WriteExpression);
                text.Append(')');
                break;
            case LikeExpression like:
                WriteLike(text, like);
                break;
            case CallExpression call:
                text.Append(call.IsUserDefined ? "udf." : "").Append(call.Name).Append('(');
                WriteList(text, call.Arguments, WriteExpression);
                text.Append(')');
                break;
            case ArrayExpression array:
                text.Append('[');
                WriteList(text, array.Items, WriteExpression);
                text.Append(']');
                break;
            case ObjectExpression @object:
                text.Append('{');
                WriteList(text, @object.Members, WriteMember);
                text.Append('}');
                break;
            case SubqueryExpression subquery:
                text.Append(subquery.Kind switch { SubqueryKind.Exists => "EXISTS(", SubqueryKind.Array => "ARRAY(", _ => "(" });
                Write(text, subquery.Query);
                text.Append(')');
                break;
            default:
                throw new ArgumentException($"A {node.GetType().Name} has no text.", nameof(node));
        }

        text.Append(parenthesised ? ")" : "");
    }

    private static void WriteLiteral(StringBuilder text, LiteralExpression literal)
    {
        switch (literal.Kind)
        {
            case LiteralKind.String:
                WriteString(text, literal.Text);
                break;
            case LiteralKind.Number:
                text.Append(literal.Text);
                break;
            default:
                text.Append(literal.Kind switch
                {
                    LiteralKind.Null => "null",
                    LiteralKind.True => "true",
                    LiteralKind.False => "false",
                    _ => "undefined",
                });
                break;
        }
    }

    private static void WriteMember(StringBuilder text, MemberExpression member)
    {
        Write(text, member.Target, Precedence.Primary);
        if (Keywords.IsPlainName(member.Name))
        {
            text.Append('.').Append(member.Name);
        }
        else
        {
            text.Append('[');
            WriteString(text, member.Name);
            text.Append(']');
        }
    }

    private static void WriteMember(StringBuilder text, ObjectExpressionMember member)
    {
        WriteString(text, member.Name);
        text.Append(": ");
        Write(text, member.Value, Precedence.Conditional);
    }

    private static void WriteUnary(StringBuilder text, UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.Not)
        {
            text.Append("NOT ");
            Write(text, unary.Operand, Precedence.Not);
            return;
        }

        text.Append(unary.Operator switch { UnaryOperator.Minus => '-', UnaryOperator.Plus => '+', _ => '~' });
        // Two minus signs in a row would begin a comment.
        bool repeats = unary.Operand is UnaryExpression { Operator: UnaryOperator.Minus } && unary.Operator == UnaryOperator.Minus;
        Write(text, unary.Operand, repeats ? Precedence.Primary : Precedence.Unary);
    }

    private static void WriteLogical(StringBuilder text, LogicalExpression logical)
    {
        // A chain inside a chain of its kind needs no parentheses: the parser joins the two.
        int own = logical.IsOr ? Precedence.Or : Precedence.And;
        for (int at = 0; at < logical.Operands.Count; at++)
        {
            text.Append(at == 0 ? "" : logical.IsOr ? " OR " : " AND ");
            Write(text, logical.Operands[at], own);
        }
    }

    private static void WriteLike(StringBuilder text, LikeExpression like)
    {
        Write(text, like.Value, Precedence.Equality);
        text.Append(like.IsNot ? " NOT LIKE " : " LIKE ");
        Write(text, like.Pattern, Precedence.BitwiseOr);
        if (like.Escape is { } escape)
        {
            text.Append(" ESCAPE ");
            WriteString(text, escape);
        }
    }

    private static void WriteList<T>(StringBuilder text, IReadOnlyList<T> items, Action<StringBuilder, T> write)
    {
        for (int at = 0; at < items.Count; at++)
        {
            text.Append(at == 0 ? "" : ", ");
            write(text, items[at]);
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char unit in value)
        {
            switch (unit)
            {
                case '"' or '\\':
                    text.Append('\\').Append(unit);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                default:
                    // Halves of surrogate pairs would not survive UTF-8 on their own; as escapes they always do.
                    if (char.IsControl(unit) || char.IsSurrogate(unit) || unit is '\u2028' or '\u2029')
                    {
                        text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                    }
                    else
                    {
                        text.Append(unit);
                    }

                    break;
            }
        }

        text.Append('"');
    }
}

namespace Nacre.Query.Values;

/// <summary>The comparison operators of the language.</summary>
/// <remarks>
/// Thread-safe. The answer is True, False, or Undefined: when a side is undefined, when the types differ (true and false
/// are one type), and, for the four orderings, when the sides are arrays or objects. = and != compare those deeply.
/// NaN is neither equal to, nor below or above, any number.
/// </remarks>
public static class QueryComparison
{
    /// <summary><c>left = right</c>.</summary>
    public static QueryValue Equal(in QueryValue left, in QueryValue right)
    {
        if (!AreOfOneType(left, right))
        {
            return QueryValue.Undefined;
        }

        return QueryValue.FromBool(left.IsNumber
            ? left.Number == right.Number
            : QueryValueComparer.Instance.Equals(left, right));
    }

    /// <summary><c>left != right</c>.</summary>
    public static QueryValue NotEqual(in QueryValue left, in QueryValue right)
    {
        QueryValue equal = Equal(left, right);
        return equal.IsDefined ? QueryValue.FromBool(equal.Kind == ValueKind.False) : equal;
    }

    /// <summary><c>left &lt; right</c>.</summary>
    public static QueryValue Less(in QueryValue left, in QueryValue right)
    {
        if (!HaveAnOrder(left, right))
        {
            return QueryValue.Undefined;
        }

        return QueryValue.FromBool(left.IsNumber
            ? left.Number < right.Number
            : QueryValueComparer.Instance.Compare(left, right) < 0);
    }

    /// <summary><c>left &lt;= right</c>.</summary>
    public static QueryValue LessOrEqual(in QueryValue left, in QueryValue right)
    {
        if (!HaveAnOrder(left, right))
        {
            return QueryValue.Undefined;
        }

        return QueryValue.FromBool(left.IsNumber
            ? left.Number <= right.Number
            : QueryValueComparer.Instance.Compare(left, right) <= 0);
    }

    /// <summary><c>left &gt; right</c>.</summary>
    public static QueryValue Greater(in QueryValue left, in QueryValue right) => Less(right, left);

    /// <summary><c>left &gt;= right</c>.</summary>
    public static QueryValue GreaterOrEqual(in QueryValue left, in QueryValue right) => LessOrEqual(right, left);

    /// <summary>Whether two defined values are of one type; true and false are.</summary>
    public static bool AreOfOneType(in QueryValue left, in QueryValue right) =>
        left.IsDefined && (left.Kind == right.Kind || (left.IsBoolean && right.IsBoolean));

    private static bool HaveAnOrder(in QueryValue left, in QueryValue right) =>
        AreOfOneType(left, right) && left.IsPrimitive;
}

using System.Buffers;

namespace Nacre.Query.Values;

/// <summary>The total order of ORDER BY, and the equality of DISTINCT and GROUP BY that agrees with it.</summary>
/// <remarks>
/// <para>
/// Undefined &lt; null &lt; false &lt; true &lt; numbers &lt; strings &lt; arrays &lt; objects. Numbers as doubles, -0 and
/// 0 the same, NaN below all others and equal to itself; strings by their bytes, which is by code points; arrays element
/// by element, then the shorter first; objects likewise over their members sorted by name, a member's name before its
/// value. Neither white space, nor escapes, nor the way a number is written, nor the order of members makes a difference.
/// </para>
/// <para>Thread-safe. Allocates nothing, but for strings with escapes inside arrays and objects.</para>
/// </remarks>
public sealed class QueryValueComparer : IComparer<QueryValue>, IEqualityComparer<QueryValue>
{
    // A comparer that is a struct would be boxed by each sort.
    private static readonly Comparison<ObjectMember> ByName =
        static (x, y) => x.Name.Span.SequenceCompareTo(y.Name.Span);

    private QueryValueComparer()
    {
    }

    /// <summary>The one instance; it has no state.</summary>
    public static QueryValueComparer Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(QueryValue x, QueryValue y)
    {
        if (x.Kind != y.Kind)
        {
            return x.Kind < y.Kind ? -1 : 1;
        }

        return x.Kind switch
        {
            ValueKind.Number => x.Number.CompareTo(y.Number),
            ValueKind.String => Math.Sign(x.Utf8.Span.SequenceCompareTo(y.Utf8.Span)),
            ValueKind.Array => CompareArrays(x, y),
            ValueKind.Object => CompareObjects(x, y),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public bool Equals(QueryValue x, QueryValue y)
    {
        if (x.Kind != y.Kind)
        {
            return false;
        }

        return x.Kind switch
        {
            ValueKind.Number => x.Number.Equals(y.Number),
            ValueKind.String => x.Utf8.Span.SequenceEqual(y.Utf8.Span),
            ValueKind.Array => x.Utf8.Span.SequenceEqual(y.Utf8.Span) || CompareArrays(x, y) == 0,
            ValueKind.Object => x.Utf8.Span.SequenceEqual(y.Utf8.Span) || CompareObjects(x, y) == 0,
            _ => true,
        };
    }

    /// <inheritdoc/>
    public int GetHashCode(QueryValue obj)
    {
        var hash = new HashCode();
        hash.Add((byte)obj.Kind);
        switch (obj.Kind)
        {
            case ValueKind.Number:
                // Adding zero makes -0 and 0 one.
                hash.Add(obj.Number + 0.0);
                break;
            case ValueKind.String:
                hash.AddBytes(obj.Utf8.Span);
                break;
            case ValueKind.Array:
                foreach (QueryValue element in QueryValueReader.EnumerateArray(obj))
                {
                    hash.Add(GetHashCode(element));
                }

                break;
            case ValueKind.Object:
                hash.Add(HashMembers(obj));
                break;
        }

        return hash.ToHashCode();
    }

    private int HashMembers(in QueryValue value)
    {
        // A sum does not depend on the order of the members.
        int sum = 0;
        foreach (ObjectMember member in QueryValueReader.EnumerateObject(value))
        {
            var hash = new HashCode();
            hash.AddBytes(member.Name.Span);
            hash.Add(GetHashCode(member.Value));
            sum = unchecked(sum + hash.ToHashCode());
        }

        return sum;
    }

    private int CompareArrays(in QueryValue x, in QueryValue y)
    {
        ArrayEnumerator left = QueryValueReader.EnumerateArray(x);
        ArrayEnumerator right = QueryValueReader.EnumerateArray(y);
        while (true)
        {
            bool hasLeft = left.MoveNext();
            bool hasRight = right.MoveNext();
            if (!hasLeft || !hasRight)
            {
                return hasLeft.CompareTo(hasRight);
            }

            int order = Compare(left.Current, right.Current);
            if (order != 0)
            {
                return order;
            }
        }
    }

    private int CompareObjects(in QueryValue x, in QueryValue y)
    {
        int leftCount = QueryValueReader.Count(x);
        int rightCount = QueryValueReader.Count(y);
        ObjectMember[] left = ArrayPool<ObjectMember>.Shared.Rent(leftCount);
        ObjectMember[] right = ArrayPool<ObjectMember>.Shared.Rent(rightCount);
        try
        {
            Sort(x, left, leftCount);
            Sort(y, right, rightCount);
            int common = Math.Min(leftCount, rightCount);
            for (int at = 0; at < common; at++)
            {
                int order = left[at].Name.Span.SequenceCompareTo(right[at].Name.Span);
                order = order != 0 ? Math.Sign(order) : Compare(left[at].Value, right[at].Value);
                if (order != 0)
                {
                    return order;
                }
            }

            return leftCount.CompareTo(rightCount);
        }
        finally
        {
            ArrayPool<ObjectMember>.Shared.Return(left, clearArray: true);
            ArrayPool<ObjectMember>.Shared.Return(right, clearArray: true);
        }
    }

    private static void Sort(in QueryValue value, ObjectMember[] members, int count)
    {
        int at = 0;
        foreach (ObjectMember member in QueryValueReader.EnumerateObject(value))
        {
            members[at++] = member;
        }

        members.AsSpan(0, count).Sort(ByName);
    }
}

using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>Lets each row pass once.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class DistinctRows(HeldBytes held)
{
    private readonly HashSet<QueryValue> _seen = new(QueryValueComparer.Instance);

    /// <summary>Whether a row is new; it is then remembered.</summary>
    public bool Add(in QueryValue row)
    {
        if (_seen.Contains(row))
        {
            return false;
        }

        _seen.Add(held.Keep(row));
        return true;
    }
}

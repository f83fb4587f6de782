using Nacre.Core.Ids;

namespace Nacre.Server.Consistency;

/// <summary>What a session has seen, range by range: of one request, or of all of a stream.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SessionMarks
{
    // Invariant: a range's number never falls.
    private readonly Dictionary<RangeId, Lsn> _seen = [];

    /// <summary>The last write of a range that the session wrote or saw; 0 for none.</summary>
    public Lsn Of(RangeId range)
    {
        lock (_seen)
        {
            return _seen.GetValueOrDefault(range);
        }
    }

    /// <summary>The session has written or seen something.</summary>
    public void Raise(RangeId range, Lsn lsn)
    {
        lock (_seen)
        {
            if (lsn > _seen.GetValueOrDefault(range))
            {
                _seen[range] = lsn;
            }
        }
    }
}

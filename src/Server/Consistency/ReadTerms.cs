using Nacre.Core.Consistency;
using Nacre.Core.Ids;
using Nacre.Server.Routing;

namespace Nacre.Server.Consistency;

/// <summary>What a read is promised, before it is known which ranges it touches.</summary>
/// <param name="Level">The promise; never Unspecified.</param>
/// <param name="Bound">For bounded staleness.</param>
/// <param name="Marks">For a session: what it has seen; null for nothing.</param>
/// <param name="GivesToken">Whether the answer carries a session token.</param>
internal readonly record struct ReadTerms(ConsistencyLevel Level, StalenessBound Bound, SessionMarks? Marks, bool GivesToken)
{
    /// <summary>Whether a read of a range has to ask another node, because that one leads.</summary>
    public bool IsLedElsewhere(RangeRoute? range) => Level == ConsistencyLevel.Strong && range?.Shard.IsLedElsewhere == true;

    /// <summary>What a view of one range must show.</summary>
    public ReadDemand For(RangeId range) => new(Level, range, Marks?.Of(range) ?? default, Bound);
}

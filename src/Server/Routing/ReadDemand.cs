using Nacre.Core.Consistency;
using Nacre.Core.Ids;

namespace Nacre.Server.Routing;

/// <summary>What a view must show that a read of one range is answered from.</summary>
/// <param name="Level">The promise; never Unspecified.</param>
/// <param name="Range">The range.</param>
/// <param name="AtLeast">Session: the last write of the range that the session wrote or saw; 0 for none.</param>
/// <param name="Bound">Bounded staleness: how far behind it may be.</param>
internal readonly record struct ReadDemand(ConsistencyLevel Level, RangeId Range, Lsn AtLeast, StalenessBound Bound);

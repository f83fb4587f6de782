using Nacre.Core.Documents;
using Nacre.Core.Ids;

namespace Nacre.Server.Routing;

/// <summary>A range and the shard that serves it.</summary>
/// <param name="Id">The range.</param>
/// <param name="Generation">Its generation as the catalogue knows it.</param>
/// <param name="Interval">The hashes that it owns.</param>
/// <param name="Shard">Where it is.</param>
internal sealed record RangeRoute(RangeId Id, RangeGeneration Generation, HashInterval Interval, IDataShard Shard);

using Nacre.Core.Documents;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A range in the catalogue.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Generation">Counts its moves and splits.</param>
/// <param name="Interval">The hashes that it owns.</param>
/// <param name="Shard">The data shard that owns it.</param>
public sealed record RangeRecord(RangeId Id, RangeGeneration Generation, HashInterval Interval, ShardId Shard);

using Nacre.Core.Ids;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What a replica answers.</summary>
/// <param name="Kind">What became of the request.</param>
/// <param name="IsDone">Of a write: false for a version conflict.</param>
/// <param name="Version">The cell's version.</param>
/// <param name="Value">Of a read: what the cell holds.</param>
/// <param name="Leader">Who leads, as far as known.</param>
internal readonly record struct Reply(ReplyKind Kind, bool IsDone, ulong Version, ulong Value, ReplicaId Leader);

using Nacre.Core.Ids;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>A request that a replica has not answered yet.</summary>
/// <param name="Replica">Which replica.</param>
/// <param name="Term">The term in which a write was proposed.</param>
/// <param name="Request">The request.</param>
internal readonly record struct Waiting(SimReplica Replica, Term Term, Request Request);

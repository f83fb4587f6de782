using System.Collections.Immutable;

namespace Nacre.Query.Planning;

/// <summary>All of some conditions.</summary>
/// <param name="Parts">At least two; none of them is of this type.</param>
/// <param name="IsExact">As of the base.</param>
public sealed record AllCondition(ImmutableArray<IndexCondition> Parts, bool IsExact) : IndexCondition(IsExact);

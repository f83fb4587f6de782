using System.Collections.Immutable;

namespace Nacre.Query.Planning;

/// <summary>Any of some conditions.</summary>
/// <param name="Parts">None of them is of this type; none at all for what no item has.</param>
/// <param name="IsExact">As of the base.</param>
public sealed record AnyCondition(ImmutableArray<IndexCondition> Parts, bool IsExact) : IndexCondition(IsExact);

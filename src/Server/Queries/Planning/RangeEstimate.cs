namespace Nacre.Server.Queries.Planning;

/// <summary>What is known of a range before its items are read.</summary>
/// <param name="Reading">Its indexes; null where they are of no use.</param>
/// <param name="Condition">What its indexes say of the filter and the partition key; null for nothing.</param>
/// <param name="Items">Items that a scan would look at.</param>
internal sealed record RangeEstimate(IndexReading? Reading, RangeCondition? Condition, double Items)
{
    /// <summary>Items that the indexes name, at most.</summary>
    public double Candidates => Math.Min(Items, Condition?.Entries ?? Items);
}

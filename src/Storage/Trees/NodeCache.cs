namespace Nacre.Storage.Trees;

/// <summary>Nodes in memory, as they are on disk, shared by a shard's trees under one byte budget.</summary>
/// <remarks>Thread-safe; readers take no lock.</remarks>
internal sealed class NodeCache
{
    /// <param name="budgetBytes">Bytes of nodes kept; 0 keeps none.</param>
    public NodeCache(long budgetBytes)
    {
        BudgetBytes = budgetBytes;
    }

    /// <summary>Bytes of nodes kept at most. May change at any time; a smaller budget takes effect with the next node that comes.</summary>
    public long BudgetBytes { get; set; }
}

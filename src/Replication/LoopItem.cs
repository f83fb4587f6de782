namespace Nacre.Replication;

/// <summary>Something that waits for a replica's loop; a link of the chain it waits in.</summary>
internal abstract class LoopItem
{
    /// <summary>The next one of the chain; whoever has the chain owns it.</summary>
    public LoopItem? Next { get; set; }
}

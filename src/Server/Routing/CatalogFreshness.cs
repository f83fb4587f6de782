using Nacre.Replication;

namespace Nacre.Server.Routing;

/// <summary>Makes sure that this node's catalogue has all that was acknowledged anywhere in the cluster.</summary>
/// <param name="control">The control shard's replica; null: the catalogue always has everything.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class CatalogFreshness(ReplicaSlot? control)
{
    /// <summary>For a catalogue that no other node changes.</summary>
    public static CatalogFreshness Always { get; } = new(null);

    /// <summary>True while there is nothing to wait for: this node alone decides.</summary>
    public bool IsAtOnce => control is null || control.Replica.IsAlone;

    /// <summary>
    /// Waits until all that was acknowledged before is applied here. Where the control shard has no leader, the catalogue that
    /// is here must do: data shards are served without one.
    /// </summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (control is not null)
        {
            await control.ReadIndexAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

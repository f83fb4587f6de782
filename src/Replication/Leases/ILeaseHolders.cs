using Nacre.Core.Ids;

namespace Nacre.Replication.Leases;

/// <summary>The way to other nodes, which may hold leases.</summary>
/// <remarks>Thread-safe.</remarks>
public interface ILeaseHolders
{
    /// <summary>Asks a node to say when the catalogue through an entry is in force there.</summary>
    /// <param name="node">Another node.</param>
    /// <param name="index">The control entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when it said so; false when it could not be reached, or did not say.</returns>
    Task<bool> ConfirmAsync(NodeId node, LogIndex index, CancellationToken cancellationToken);
}

using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>Makes sure that what was withdrawn is in force nowhere in the cluster.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IWithdrawals
{
    /// <summary>
    /// Waits until every node has applied the catalogue through an entry, or serves nothing any more until it has.
    /// </summary>
    /// <param name="index">A control entry that is applied here; called after that.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask SettleAsync(LogIndex index, CancellationToken cancellationToken);
}

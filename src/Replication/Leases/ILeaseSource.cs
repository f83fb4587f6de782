using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication.Leases;

/// <summary>The control shard, as a node's lease sees it.</summary>
/// <remarks>Thread-safe.</remarks>
public interface ILeaseSource
{
    /// <summary>True while this node decides alone: nobody else could have withdrawn anything.</summary>
    bool IsAlone { get; }

    /// <summary>
    /// Tells an entry of the control shard that is applied here and not before any that was committed before the question,
    /// by whomever; or why not.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<Result<LogIndex>> ReadIndexAsync(CancellationToken cancellationToken);
}

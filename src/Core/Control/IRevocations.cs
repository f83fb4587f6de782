using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// What is in force on this node at this moment. Asked for every request and every batch of a stream, so an answer takes
/// no lock and no input or output.
/// </summary>
/// <remarks>
/// Thread-safe. Today it is the catalogue that the control shard has applied here, which a withdrawal has changed before
/// it is answered. Where other nodes serve too, their answer is bound to a lease from the control shard's leader: without
/// one nothing is in force.
/// </remarks>
public interface IRevocations
{
    /// <summary>Tells states of affairs apart: while it stays the same, nothing was withdrawn.</summary>
    LogIndex AsOf { get; }

    /// <summary>Finds a permission that is in force; null when it was withdrawn or never was.</summary>
    PermissionRecord? Find(PermissionId permission);
}

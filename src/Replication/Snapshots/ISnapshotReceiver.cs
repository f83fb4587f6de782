using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>Is told that a replica lacks entries that its leader can only give as a snapshot.</summary>
internal interface ISnapshotReceiver
{
    /// <summary>A snapshot can be fetched. Called on the replica's loop, again and again until it has it; returns at once.</summary>
    /// <param name="from">The leader's node.</param>
    /// <param name="offered">The snapshot's last entry.</param>
    void Offered(NodeId from, SnapshotPoint offered);
}

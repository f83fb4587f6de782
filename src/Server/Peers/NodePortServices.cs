using Nacre.Replication.Forwarding;
using Nacre.Replication.Transport;
using Nacre.Server.Leases;

namespace Nacre.Server.Peers;

/// <summary>What is served on the nodes' port.</summary>
/// <param name="Receiver">Takes what replicas say.</param>
/// <param name="Proposals">Takes what is forwarded.</param>
internal sealed record NodePortServices(IReplicaReceiver Receiver, ForwardedProposals Proposals)
{
    /// <summary>Gives keys to other nodes; null: nobody gets any here.</summary>
    public KeysService? Keys { get; init; }

    /// <summary>Tells other nodes how this one is doing; null: nobody is told.</summary>
    public ReportService? Reports { get; init; }

    /// <summary>Confirms withdrawals; null: nothing is confirmed.</summary>
    public LeaseService? Leases { get; init; }

    /// <summary>Gives snapshots to other nodes; null: nobody gets any here.</summary>
    public SnapshotService? Snapshots { get; init; }
}

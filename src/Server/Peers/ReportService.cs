using Grpc.Core;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication;
using Nacre.Replication.Raft;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Peers;

/// <summary>Tells other nodes how this one's replicas are doing, and what is remembered here of theirs.</summary>
/// <param name="statuses">The replicas at a glance.</param>
/// <param name="durable">How far this node's disk has come, for one other node; null while that one is not to know.</param>
/// <param name="recall">What is remembered of a node.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ReportService(
    Func<IEnumerable<ReplicaStatus>> statuses, Func<NodeId, RememberedNode?> durable, Func<NodeId, CancellationToken, Task<RememberedNode>> recall)
    : Reports.ReportsBase
{
    /// <summary>This node's report.</summary>
    public NodeReport Own()
    {
        var report = new NodeReport();
        report.Replicas.AddRange(statuses().Where(status => status.Set.Members.Length > 0).Select(status => new ReplicaReport
        {
            Shard = status.Shard.Value,
            Leads = status.Role == RaftRole.Leader && status.State is ReplicaState.Serving or ReplicaState.Draining,
            Commit = status.Commit.Value,
            Applied = status.Applied.Value,
        }));
        return report;
    }

    /// <inheritdoc/>
    public override Task<NodeReport> Get(GetReportRequest request, ServerCallContext context)
    {
        NodeReport report = Own();
        report.Durable = durable(PeerAdmission.PeerOf(context).Identity.Node) is { } told ? RememberedWire.Show(told) : null;
        return Task.FromResult(report);
    }

    /// <inheritdoc/>
    public override async Task<RecallAnswer> Recall(RecallRequest request, ServerCallContext context) => new()
    {
        Remembered = RememberedWire.Show(await recall(PeerAdmission.PeerOf(context).Identity.Node, context.CancellationToken).ConfigureAwait(false)),
    };
}

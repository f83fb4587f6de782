using Grpc.Core;
using Nacre.Protocol.Node.V1;
using Nacre.Replication;
using Nacre.Replication.Raft;

namespace Nacre.Server.Peers;

/// <summary>Tells other nodes how this one's replicas are doing.</summary>
/// <param name="statuses">The replicas at a glance.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ReportService(Func<IEnumerable<ReplicaStatus>> statuses) : Reports.ReportsBase
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
    public override Task<NodeReport> Get(GetReportRequest request, ServerCallContext context) => Task.FromResult(Own());
}

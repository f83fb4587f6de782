using System.Collections.Immutable;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Server.Administration;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Peers;

/// <summary>How all nodes are doing: each is asked now and then, and the last answers are kept.</summary>
/// <param name="self">This node.</param>
/// <param name="own">Its own report.</param>
/// <param name="heard">Told what a node says of how far its disk is.</param>
/// <param name="channels">The ways to the others.</param>
/// <param name="catalog">Names them.</param>
/// <param name="time">The clock.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ClusterHealth(
    NodeId self, Func<NodeReport> own, Action<NodeId, RememberedNode> heard, PeerChannels channels, ICatalogReader catalog, TimeProvider time)
    : IClusterHealth, IAsyncDisposable
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(1);

    /// <summary>An answer older than this says nothing any more.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private ImmutableDictionary<NodeId, Heard> _heard = ImmutableDictionary<NodeId, Heard>.Empty;
    private Task _asking = Task.CompletedTask;

    /// <summary>Begins to ask. Once.</summary>
    public void Start() => _asking = AskAsync();

    /// <inheritdoc/>
    public ClusterNodeHealth? Of(NodeId node)
    {
        ImmutableDictionary<NodeId, Heard> heard = Volatile.Read(ref _heard).SetItem(self, new Heard(own(), time.GetUtcNow()));
        if (!heard.TryGetValue(node, out Heard? last))
        {
            return null;
        }

        Dictionary<uint, ulong> commits = heard.Values.SelectMany(each => each.Report.Replicas)
            .GroupBy(replica => replica.Shard).ToDictionary(shard => shard.Key, shard => shard.Max(replica => replica.Commit));
        bool isReachable = time.GetUtcNow() - last.At < GoodFor;
        return new ClusterNodeHealth(
            isReachable,

            // Whoever is not heard leads nothing any more, whatever it said last.
            isReachable ? (uint)last.Report.Replicas.Count(replica => replica.Leads) : 0,
            (uint)last.Report.Replicas.Count,
            last.At,
            last.Report.Replicas.Select(replica => commits[replica.Shard] - Math.Min(commits[replica.Shard], replica.Applied)).DefaultIfEmpty().Max());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _asking.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AskAsync()
    {
        using var timer = new PeriodicTimer(AskInterval, time);
        try
        {
            do
            {
                await Task.WhenAll(catalog.Current.Nodes
                    .Where(node => node.Id != self && node.State != ClusterNodeState.Removed)
                    .Select(node => AskAsync(node.Id))).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private async Task AskAsync(NodeId node)
    {
        if (!channels.TryGet(node, out GrpcChannel? channel))
        {
            return;
        }

        try
        {
            NodeReport report = await new Reports.ReportsClient(channel).GetAsync(
                new GetReportRequest(), deadline: DateTime.UtcNow + AskInterval, cancellationToken: _stopping.Token).ResponseAsync.ConfigureAwait(false);
            heard(node, RememberedWire.Read(report.Durable));
            ImmutableInterlocked.AddOrUpdate(ref _heard, node, new Heard(report, time.GetUtcNow()), (_, _) => new Heard(report, time.GetUtcNow()));
        }
        catch (RpcException)
        {
            // Its last answer grows old: that is what is told of it.
        }
    }

    private sealed record Heard(NodeReport Report, DateTimeOffset At);
}

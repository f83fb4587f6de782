using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Protocol.V1;
using Nacre.Server.Pipeline;
using Nacre.Server.Routing;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Containers</c> that are about indexes.</summary>
internal static class IndexingHandlers
{
    private static readonly NacreError NoContainer = new(ErrorCode.NotFound, "There is no such container.");

    private static readonly NacreError NoPolicy = new(
        ErrorCode.Malformed, "indexing_policy is the policy as JSON; to index nothing, give {\"indexingMode\":\"none\"}.");

    /// <summary>Gives a container another indexing policy; answered once each of its ranges was told.</summary>
    public static async ValueTask<Result<Container>> SetAsync(NodeServices services, Call call, SetIndexingRequest request)
    {
        if (request.IndexingPolicy.Length == 0)
        {
            return NoPolicy;
        }

        Result<IndexingPolicy> policy = IndexingPolicy.Parse(request.IndexingPolicy);
        if (!policy.IsOk)
        {
            return policy.Error;
        }

        Result<Sequence> version = ControlRequests.ReadTag(request.IfMatch);
        if (!version.IsOk)
        {
            return version.Error;
        }

        var command = new SetContainerIndexing(request.Database, request.Name, version.Value, policy.Value);
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, command);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<ContainerRecord> changed =
            await services.Control.Coordinator.SetIndexingAsync(command, header.Value, call.Token).ConfigureAwait(false);
        return changed.IsOk ? ContainerHandlers.Show(request.Database, changed.Value) : changed.Error;
    }

    /// <summary>Tells how far this node has built each range's indexes.</summary>
    public static ValueTask<Result<IndexingStatus>> GetAsync(NodeServices services, Call call, GetIndexingRequest request)
    {
        if (!services.Routes.Current.TryFind(request.Database, request.Name, out ContainerRoute? route) ||
            services.Control.Catalog.Current.FindContainer(route.Id) is not { State: ResourceState.Ready } container)
        {
            return new(NoContainer);
        }

        IndexingPolicy policy = PolicyOf(container);
        var status = new IndexingStatus { IndexingPolicy = policy.ToJson(), Etag = ControlRequests.TagOf(container.Version) };
        foreach (RangeRoute range in route.Ranges)
        {
            status.Ranges.Add(StatusOf(range, policy));
        }

        return new(status);
    }

    /// <summary>A container's policy; one of before there were indexes indexes nothing.</summary>
    public static IndexingPolicy PolicyOf(ContainerRecord container) => container.Indexing ?? IndexingPolicy.None;

    /// <summary>How far a range is with a policy.</summary>
    /// <param name="range">The range.</param>
    /// <param name="policy">What its container asks for.</param>
    /// <param name="serving">What answers queries.</param>
    /// <param name="build">What is being built; null for nothing.</param>
    /// <param name="items">Items of the range.</param>
    internal static RangeIndexing StatusOf(RangeId range, IndexingPolicy policy, IndexingPolicy serving, IndexBuild? build, long items)
    {
        // A build of another policy is given up as soon as the range is told of this one.
        bool isReady = serving == policy;
        double progress = isReady ? 1 : build?.Policy == policy ? build.Progress : 0;
        return new RangeIndexing
        {
            Range = range.Value,
            Ready = isReady,
            Progress = progress,
            Items = (ulong)items,
            ItemsLeft = isReady ? 0 : (ulong)Math.Ceiling(items * (1 - progress)),
        };
    }

    private static RangeIndexing StatusOf(RangeRoute range, IndexingPolicy policy)
    {
        using IDocumentView view = range.Shard.Documents.OpenView();
        Result<IRangeIndex> index = view.OpenIndex(range.Id);

        // A replica that has only just joined does not have the range yet.
        return index.IsOk
            ? StatusOf(range.Id, policy, index.Value.Policy, index.Value.Build, index.Value.Items)
            : new RangeIndexing { Range = range.Id.Value };
    }
}

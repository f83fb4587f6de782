using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Protocol.V1;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Containers</c>.</summary>
internal static class ContainerHandlers
{
    /// <summary>Tells the continuations of this list from all others.</summary>
    private const byte List = 63;

    private static readonly NacreError NoContainer = new(ErrorCode.NotFound, "There is no such container.");

    private static readonly NacreError NoDatabase = new(ErrorCode.NotFound, "There is no such database.");

    private static readonly NacreError TooManyRanges = new(ErrorCode.Malformed, $"A container has 1 to {Catalog.MaxRanges} ranges, or 0 for the default.");

    /// <summary>Makes a container; answered once it serves.</summary>
    public static async ValueTask<Result<Container>> CreateAsync(NodeServices services, Call call, CreateContainerRequest request)
    {
        Result<PartitionKeyDefinition> partitionKey = PartitionKeyDefinition.Create(request.PartitionKeyPaths);
        if (!partitionKey.IsOk)
        {
            return partitionKey.Error;
        }

        if (request.Ranges > Catalog.MaxRanges)
        {
            return TooManyRanges;
        }

        Result<IndexingPolicy> indexing =
            request.IndexingPolicy.Length == 0 ? IndexingPolicy.Default : IndexingPolicy.Parse(request.IndexingPolicy);
        if (!indexing.IsOk)
        {
            return indexing.Error;
        }

        var command = new CreateContainer(request.Database, request.Name, partitionKey.Value, request.Ranges)
        {
            Indexing = indexing.Value,
        };
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, command);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<ContainerRecord> made =
            await services.Control.Coordinator.CreateContainerAsync(command, header.Value, call.Token).ConfigureAwait(false);
        return made.IsOk ? Show(request.Database, made.Value) : made.Error;
    }

    /// <summary>Shows a container.</summary>
    public static ValueTask<Result<Container>> GetAsync(NodeServices services, Call call, GetContainerRequest request) =>
        services.Control.Catalog.Current.FindContainer(request.Database, request.Name) is { State: ResourceState.Ready } container
            ? new(Show(request.Database, container))
            : new(NoContainer);

    /// <summary>Lists a database's containers by name.</summary>
    public static ValueTask<Result<ListContainersResponse>> ListAsync(NodeServices services, Call call, ListContainersRequest request)
    {
        if (services.Control.Catalog.Current.FindDatabase(request.Database) is not { } database)
        {
            return new(NoDatabase);
        }

        return new(ControlRequests.Page(
            [.. database.Containers.Where(container => container.State == ResourceState.Ready)],
            static container => container.Name, request.MaxResults, request.Continuation,
            services.Control.Seal, List, database.Id.Value,
            (page, continuation) => new ListContainersResponse
            {
                Continuation = continuation,
                Containers = { page.Select(container => Show(request.Database, container)) },
            }));
    }

    /// <summary>Deletes a container; answered once no shard has any of it.</summary>
    public static async ValueTask<Result<DeleteContainerResponse>> DeleteAsync(NodeServices services, Call call, DeleteContainerRequest request)
    {
        Result<Sequence> version = ControlRequests.ReadTag(request.IfMatch);
        if (!version.IsOk)
        {
            return version.Error;
        }

        var command = new DeleteContainer(request.Database, request.Name, version.Value);
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, command);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<Core.Errors.Unit> deleted =
            await services.Control.Coordinator.DeleteContainerAsync(command, header.Value, call.Token).ConfigureAwait(false);
        return deleted.IsOk ? new DeleteContainerResponse() : deleted.Error;
    }

    /// <summary>A container as callers see it.</summary>
    /// <param name="database">Its database's name.</param>
    /// <param name="container">The container.</param>
    internal static Container Show(string database, ContainerRecord container)
    {
        var shown = new Container
        {
            Database = database,
            Name = container.Name,
            Id = container.Id.Value,
            CreatedMs = container.Created.ToUnixTimeMilliseconds(),
            Etag = ControlRequests.TagOf(container.Version),
            IndexingPolicy = IndexingHandlers.PolicyOf(container).ToJson(),
        };
        shown.PartitionKeyPaths.AddRange(container.PartitionKey.Paths);
        shown.Ranges.AddRange(container.Ranges.Select(range => new Protocol.V1.Range
        {
            Id = range.Id.Value,
            Generation = range.Generation.Value,
            Min = range.Interval.Min.ToString(),
            Max = range.Interval.Max.ToString(),
            Shard = range.Shard.Value,
        }));
        return shown;
    }
}

using Google.Protobuf.Reflection;
using Nacre.Protocol.V1;
using Nacre.Server.Items;
using Nacre.Server.Pipeline;
using Nacre.Server.Streaming;

namespace Nacre.Server.Wire;

/// <summary>
/// The command table: every method of the API, what a caller needs for it, and what serves it. A method that is not
/// here does not exist.
/// </summary>
internal static class Commands
{
    /// <summary>Reads an item.</summary>
    public static UnaryCommand<ReadItemRequest, ItemResponse> Read { get; } = new(
        ItemsService, "Read", CommandAccess.Read, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ReadAsync);

    /// <summary>Makes an item that is not there.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Create { get; } = new(
        ItemsService, "Create", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.CreateAsync);

    /// <summary>Makes or replaces an item.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Upsert { get; } = new(
        ItemsService, "Upsert", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.UpsertAsync);

    /// <summary>Replaces an item.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Replace { get; } = new(
        ItemsService, "Replace", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ReplaceAsync);

    /// <summary>Removes an item.</summary>
    public static UnaryCommand<DeleteItemRequest, ItemResponse> Delete { get; } = new(
        ItemsService, "Delete", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.DeleteAsync);

    /// <summary>Lists items.</summary>
    public static UnaryCommand<ListItemsRequest, ListItemsResponse> List { get; } = new(
        ItemsService, "List", CommandAccess.Read, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ListAsync);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Command> All { get; } = [Read, Create, Upsert, Replace, Delete, List, StreamCommand.Row];

    /// <summary>The services that the methods belong to, for reflection.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services { get; } =
        [Account.Descriptor, Databases.Descriptor, Containers.Descriptor, Protocol.V1.Items.Descriptor];

    private static string ItemsService => Protocol.V1.Items.Descriptor.FullName;
}

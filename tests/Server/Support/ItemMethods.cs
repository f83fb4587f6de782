using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;

namespace Nacre.Server.Tests.Support;

/// <summary>The item methods as a client of any kind sees them.</summary>
internal static class ItemMethods
{
    public static Method<ReadItemRequest, ItemResponse> Read { get; } = Unary<ReadItemRequest, ItemResponse>("nacre.v1.Items", "Read");

    public static Method<WriteItemRequest, ItemResponse> Create { get; } = Unary<WriteItemRequest, ItemResponse>("nacre.v1.Items", "Create");

    public static Method<WriteItemRequest, ItemResponse> Upsert { get; } = Unary<WriteItemRequest, ItemResponse>("nacre.v1.Items", "Upsert");

    public static Method<WriteItemRequest, ItemResponse> Replace { get; } = Unary<WriteItemRequest, ItemResponse>("nacre.v1.Items", "Replace");

    public static Method<DeleteItemRequest, ItemResponse> Delete { get; } = Unary<DeleteItemRequest, ItemResponse>("nacre.v1.Items", "Delete");

    public static Method<ListItemsRequest, ListItemsResponse> List { get; } = Unary<ListItemsRequest, ListItemsResponse>("nacre.v1.Items", "List");

    public static Method<QueryRequest, QueryResponse> Query { get; } = Unary<QueryRequest, QueryResponse>("nacre.v1.Items", "Query");

    public static Method<StreamRequest, StreamResponse> Stream { get; } = new(
        MethodType.DuplexStreaming, "nacre.v1.Items", "Stream", Marshaller<StreamRequest>(), Marshaller<StreamResponse>());

    public static Method<TRequest, TResponse> Unary<TRequest, TResponse>(string service, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(MethodType.Unary, service, name, Marshaller<TRequest>(), Marshaller<TResponse>());

    public static PartitionKey Key(params string[] values)
    {
        var key = new PartitionKey();
        key.Values.AddRange(values.Select(value => new PartitionKeyValue { Text = value }));
        return key;
    }

    public static WriteItemRequest Write(string json) =>
        new() { Database = "db", Container = "items", Body = ByteString.CopyFromUtf8(json) };

    public static ReadItemRequest ReadOf(string id, params string[] key) =>
        new() { Database = "db", Container = "items", Id = id, PartitionKey = Key(key) };

    private static Marshaller<T> Marshaller<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
    }
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

public sealed partial class Container
{
    /// <summary>Queries items in the SQL dialect that <c>docs/query.md</c> describes.</summary>
    /// <typeparam name="T">The type to read the rows as.</typeparam>
    /// <param name="text">The query, such as <c>SELECT VALUE c.name FROM c WHERE c.country = @country</c>.</param>
    /// <param name="options">Parameters, partition key, pages; null: none, all, by hundreds.</param>
    /// <returns>Fetched page by page while it is enumerated. A row that does not fit the type throws <see cref="JsonException"/>.</returns>
    public QueryResults<T> Query<T>(string text, QueryOptions? options = null) => Query(text, _serializer.TypeOf<T>(), options);

    /// <summary>Queries items; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">The type to read the rows as.</typeparam>
    /// <param name="text">The query, such as <c>SELECT VALUE c.name FROM c WHERE c.country = @country</c>.</param>
    /// <param name="type">How rows come from JSON.</param>
    /// <param name="options">Parameters, partition key, pages; null: none, all, by hundreds.</param>
    /// <returns>Fetched page by page while it is enumerated. A row that does not fit the type throws <see cref="JsonException"/>.</returns>
    public QueryResults<T> Query<T>(string text, JsonTypeInfo<T> type, QueryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(type);

        // A row may be JSON null, which an item never is.
        return Query(text, options, json => JsonSerializer.Deserialize(json.Span, type)!);
    }

    /// <summary>Queries items and gives rows as they are, in UTF-8.</summary>
    /// <param name="text">The query.</param>
    /// <param name="options">Parameters, partition key, pages; null: none, all, by hundreds.</param>
    /// <returns>JSON values of any type, fetched page by page while they are enumerated.</returns>
    public QueryResults<ReadOnlyMemory<byte>> QueryJson(string text, QueryOptions? options = null) => Query(text, options, static json => json);

    private QueryResults<T> Query<T>(string text, QueryOptions? options, Func<ReadOnlyMemory<byte>, T> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        QueryOptions chosen = (options ?? new QueryOptions()).Validated();
        return new QueryResults<T>(chosen.Continuation, async (continuation, cancellationToken) =>
        {
            Wire.QueryResponse response = await QueryAsync(text, chosen, continuation, cancellationToken).ConfigureAwait(false);
            var values = new T[response.Rows.Count];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = read(response.Rows[i].Memory);
            }

            return new QueryPage<T>(values, WireText.OrNull(response.Continuation))
            {
                RequestCharge = response.RequestCharge,
                ItemsLookedAt = (long)response.ItemsLookedAt,
                BytesRead = (long)response.BytesRead,
                Plan = WireText.OrNull(response.Plan),
                SessionToken = WireText.OrNull(response.SessionToken),
            };
        });
    }

    private async Task<Wire.QueryResponse> QueryAsync(string text, QueryOptions options, string? continuation, CancellationToken cancellationToken)
    {
        var request = new Wire.QueryRequest
        {
            Database = DatabaseName,
            Container = Name,
            Text = text,
            PartitionKey = options.PartitionKey?.Required(),
            MaxItems = options.PageSize,
            Continuation = continuation ?? "",
            Consistency = _pipeline.LevelOf(options.Consistency, options.SessionToken),
            WantsSession = _pipeline.Sessions.IsOn,
            Explain = options.Explain,
        };
        if (options.Parameters is { } parameters)
        {
            foreach ((string name, ReadOnlyMemory<byte> value) in parameters)
            {
                request.Parameters.Add(new Wire.QueryParameter { Name = name, Value = ByteString.CopyFrom(value.Span) });
            }
        }

        return await _pipeline.ReadInSessionAsync(
            RpcMethods.Query,
            request,
            new SessionRead(_session, options.SessionToken, request.Consistency),
            static (request, tokens) => request.SessionToken = tokens,
            static response => response.SessionToken,
            "query_items",
            _name,
            cancellationToken).ConfigureAwait(false);
    }
}

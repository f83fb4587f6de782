using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>Writes many items of a container: a sequence goes in, a result for each comes out, in the same order.</summary>
/// <remarks>
/// Thread-safe. An item that is refused does not stop the others. Two items with the same id that are under way at the
/// same time may take effect in either order. The items are read while results are given out, also on another thread:
/// what both sides use must stand that.
/// </remarks>
public sealed class BulkWriter
{
    private readonly Container _container;
    private readonly ClientPipeline _pipeline;
    private readonly ItemSerializer _serializer;

    internal BulkWriter(Container container, ClientPipeline pipeline, ItemSerializer serializer)
    {
        _container = container;
        _pipeline = pipeline;
        _serializer = serializer;
    }

    /// <summary>Writes items.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="items">The items; read as fast as they can be written.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Stops; what is under way may still take effect.</param>
    /// <returns>A result for each item, in order, as soon as it and all before it are known.</returns>
    public IAsyncEnumerable<BulkResult> WriteAsync<T>(
        IAsyncEnumerable<T> items, BulkOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(items, _serializer.TypeOf<T>(), options, cancellationToken);

    /// <summary>Writes items; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="items">The items; read as fast as they can be written.</param>
    /// <param name="type">How they become JSON.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Stops; what is under way may still take effect.</param>
    /// <returns>A result for each item, in order, as soon as it and all before it are known.</returns>
    public IAsyncEnumerable<BulkResult> WriteAsync<T>(
        IAsyncEnumerable<T> items, JsonTypeInfo<T> type, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(type);
        return RunAsync(items, item => ItemSerializer.Write(item, type), (options ?? new BulkOptions()).Validated(), cancellationToken);
    }

    /// <summary>Writes items that are UTF-8 JSON already.</summary>
    /// <param name="items">JSON objects with <c>id</c> and partition key, at most 2 MiB each; each borrowed until its result is given.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Stops; what is under way may still take effect.</param>
    /// <returns>A result for each item, in order, as soon as it and all before it are known.</returns>
    public IAsyncEnumerable<BulkResult> WriteJsonAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> items, BulkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        return RunAsync(items, static item => item, (options ?? new BulkOptions()).Validated(), cancellationToken);
    }

    private async IAsyncEnumerable<BulkResult> RunAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, ReadOnlyMemory<byte>> write,
        BulkOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Invariants: open holds what was sent and not yet given out, in order; openBytes is its bodies' length.
        var open = new Queue<(Task<Attempt<Reply>> Outcome, int Bytes)>();
        long openBytes = 0;
        long index = 0;
        Task<bool>? next = null;
        IAsyncEnumerator<T> source = items.GetAsyncEnumerator(cancellationToken);
        try
        {
            bool ended = false;
            while (!ended || open.Count > 0)
            {
                bool room = !ended && open.Count < options.MaxOpen && (open.Count == 0 || openBytes < options.MaxOpenBytes);
                next ??= room ? source.MoveNextAsync().AsTask() : null;
                if (room && next!.IsCompleted)
                {
                    ended = !await next.ConfigureAwait(false);
                    next = null;
                    if (!ended)
                    {
                        ReadOnlyMemory<byte> body = write(source.Current);
                        open.Enqueue((Send(body, options, cancellationToken), body.Length));
                        openBytes += body.Length;
                    }

                    continue;
                }

                if (room && (open.Count == 0 || !open.Peek().Outcome.IsCompleted))
                {
                    // The source and the oldest item are both under way: whichever comes first.
                    await (open.Count == 0 ? (Task)next! : Task.WhenAny(next!, open.Peek().Outcome)).ConfigureAwait(false);
                    continue;
                }

                (Task<Attempt<Reply>> outcome, int bytes) = open.Peek();
                Attempt<Reply> attempt = await outcome.ConfigureAwait(false);
                open.Dequeue();
                openBytes -= bytes;
                yield return attempt.IsOk
                    ? new BulkResult(index, Container.ToResult(attempt.ValueOrThrow()), null)
                    : new BulkResult(index, default, attempt.Error);
                index++;
            }
        }
        finally
        {
            // What was sent borrows the caller's memory until it is over.
            foreach ((Task<Attempt<Reply>> outcome, _) in open)
            {
                await ((Task)outcome).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<Attempt<Reply>> Send(ReadOnlyMemory<byte> body, BulkOptions options, CancellationToken cancellationToken)
    {
        (Wire.OperationKind kind, string operation) = options.Mode is BulkMode.Create
            ? (Wire.OperationKind.Create, "create_item")
            : (Wire.OperationKind.Upsert, "upsert_item");
        return _pipeline
            .SendAsync(_container.WriteCall(kind, body, null, null), operation, NacreTransport.Stream, options.Timeout, cancellationToken)
            .AsTask();
    }
}

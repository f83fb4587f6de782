using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Consistency;
using Nacre.Server.Pipeline;
using Nacre.Server.Routing;

namespace Nacre.Server.Streaming;

/// <summary>
/// One open item stream: reads batches, serves their operations through the same stages as unary calls, and hands
/// the outcomes to the writer. Reads that are in memory are answered on the reader's own thread; writes are
/// pipelined, and answered as their group commits end.
/// </summary>
/// <remarks>One reader at a time.</remarks>
internal sealed partial class ItemStream
{
    // Invariants:
    // - an operation takes a slot before it is begun, and its outcome is added to the writer exactly once;
    // - no operation of a batch is begun before the batch's MAC was verified.
    private const int MaxBindings = 1_024;

    private static readonly NacreError NotABatch =
        new(ErrorCode.Malformed, "After the first message a stream carries batches of operations; this is none.");

    private static readonly NacreError BadBinding =
        new(ErrorCode.Malformed, "A binding names a database, a container and a number from 1; a stream holds 1,024 of them.");

    private static readonly NacreError Unbound = new(ErrorCode.Malformed, "The operation's container number is not bound.");

    private static readonly NacreError NoContainer = new(ErrorCode.NotFound, "There is no such container.");

    private static readonly NacreError UnknownKind = new(ErrorCode.Unsupported, "The operation's kind is not known here.");

    private static readonly NacreError NotModified = new(ErrorCode.NotModified, "The item has not changed since the given etag.");

    private readonly RequestPipeline _pipeline;
    private readonly NodeServices _services;
    private readonly Call _call;
    private readonly IAsyncStreamReader<StreamMessage> _reader;
    private readonly StreamSession _session;
    private readonly OperationSlots _slots;
    private readonly OutcomeWriter _writer;
    private readonly Dictionary<uint, BoundContainer> _bindings = [];
    private readonly OperationTally _tally;
    private readonly SessionMarks _marks = new();
    private bool _wantsSession;

    /// <summary>Joins an authenticated stream to the node.</summary>
    public ItemStream(
        RequestPipeline pipeline, NodeServices services, Call call, IAsyncStreamReader<StreamMessage> reader, StreamSession session,
        OperationSlots slots, OutcomeWriter writer)
    {
        _pipeline = pipeline;
        _services = services;
        _call = call;
        _reader = reader;
        _session = session;
        _slots = slots;
        _writer = writer;
        _tally = new OperationTally(services.Metrics);
    }

    /// <summary>Serves until the peer has no more to ask, or breaks the protocol.</summary>
    /// <returns>Null when the peer ended it; or why the server does. Either way every outcome was sent or dropped.</returns>
    public async Task<NacreError?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                if (Open(_reader.Current, out OperationBatch? batch) is { } refusal)
                {
                    return refusal;
                }

                if (batch!.Bindings.Count > 0 && !_services.Freshness.IsAtOnce)
                {
                    await _services.Freshness.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                await ServeAsync(batch, _reader.Current.Request!.Batch.Payload.Length).ConfigureAwait(false);
            }

            return null;
        }
        finally
        {
            await _slots.WhenNoneAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A peer that resets its stream wants no more, and nobody is left to hear of it: that is an end like another.</summary>
    private async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private NacreError? Open(StreamMessage message, out OperationBatch? batch)
    {
        batch = null;
        if (message.Request is not { Batch: { } sealedBatch })
        {
            return NotABatch;
        }

        Result<Core.Errors.Unit> verified = _session.Verify(sealedBatch.Payload.Span, sealedBatch.Mac.Span);
        if (!verified.IsOk)
        {
            return verified.Error;
        }

        try
        {
            batch = OperationBatch.Parser.ParseFrom(sealedBatch.Payload.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return NotABatch;
        }

        _wantsSession |= batch.WantsSession;
        foreach (ContainerBinding binding in batch.Bindings)
        {
            if (binding.Number == 0 || binding.Database.Length == 0 || binding.Container.Length == 0 ||
                (_bindings.Count == MaxBindings && !_bindings.ContainsKey(binding.Number)))
            {
                return BadBinding;
            }

            _bindings[binding.Number] = new BoundContainer(binding.Database, binding.Container);
        }

        return null;
    }

    /// <summary>Serves a batch, if the node has room for it beside everybody else's.</summary>
    private async ValueTask ServeAsync(OperationBatch batch, int bytes)
    {
        bool hasRoom = _services.Admission.TryReserve(bytes);
        try
        {
            await BeginAllAsync(batch, hasRoom ? _services.Lease?.Refusal : _services.Admission.Overloaded).ConfigureAwait(false);
        }
        finally
        {
            if (hasRoom)
            {
                _services.Admission.Release(bytes);
            }
        }

        _writer.Flush();
    }

    private async ValueTask BeginAllAsync(OperationBatch batch, NacreError? refusal)
    {
        RouteTable routes = _services.Routes.Current;
        foreach (Protocol.V1.ItemOperation operation in batch.Operations)
        {
            ValueTask slot = _slots.EnterAsync();
            if (!slot.IsCompletedSuccessfully)
            {
                // The peer must get answers to make room.
                _writer.Flush();
                await slot.ConfigureAwait(false);
            }

            _tally.Add(operation.Kind);
            if (refusal is null)
            {
                Begin(batch, operation, routes);
            }
            else
            {
                Refuse(operation, refusal);
            }
        }

        _tally.Tell();
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Nacre.Core.Errors;
using Nacre.Server.Pipeline;
using Nacre.Server.Streaming;
using Nacre.Server.Telemetry;

namespace Nacre.Server.Wire;

/// <summary>
/// The first thing that a gRPC request meets. It counts the request in, reads the deadline, and looks at the length
/// that the first message claims before anybody gathers that many bytes: until then the caller is a stranger.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RequestGate
{
    private const int FrameHeaderBytes = 5;

    private static readonly NacreError BadTimeout = new(ErrorCode.Malformed, "The header grpc-timeout is no timeout.");

    private static readonly NacreError NoOpening = new(ErrorCode.DeadlineExceeded, "The stream's first message did not come in time.");

    private static readonly NacreError Compressed =
        new(ErrorCode.Unsupported, "Compressed messages are not taken: send grpc-encoding identity.");

    private readonly RequestDelegate _next;
    private readonly Admission _admission;
    private readonly ActivityIds _activities;
    private readonly ServerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly int _maxMessageBytes;
    private readonly NacreError _tooLarge;

    /// <summary>Joins the gate to what stands behind it.</summary>
    /// <param name="next">The gRPC library.</param>
    /// <param name="admission">What the node takes on at once.</param>
    /// <param name="activities">Names requests.</param>
    /// <param name="metrics">Told how requests end.</param>
    /// <param name="clock">Measures deadlines.</param>
    /// <param name="maxMessageBytes">Longest message taken.</param>
    public RequestGate(RequestDelegate next, Admission admission, ActivityIds activities, ServerMetrics metrics, TimeProvider clock, int maxMessageBytes)
    {
        _next = next;
        _admission = admission;
        _activities = activities;
        _metrics = metrics;
        _clock = clock;
        _maxMessageBytes = maxMessageBytes;
        _tooLarge = new NacreError(ErrorCode.TooLarge, $"The message is longer than {maxMessageBytes} bytes.");
    }

    /// <summary>Takes one request through.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (!IsGrpc(http.Request))
        {
            await _next(http).ConfigureAwait(false);
            return;
        }

        NacreError? refusal = ReadTimeout(http.Request, out TimeSpan? timeout);
        using var call = new Call(http, _activities.Next(), _clock, timeout);
        if (!_admission.TryEnter())
        {
            Refuse(call, _admission.Overloaded);
            Measure(call);
            return;
        }

        try
        {
            refusal ??= http.Request.Path == StreamCommand.Row.FullName
                ? await ReserveOpeningAsync(call).ConfigureAwait(false)
                : await ReserveFirstMessageAsync(call, CancellationToken.None).ConfigureAwait(false);
            if (refusal is not null)
            {
                Refuse(call, refusal);
                return;
            }

            http.Features.Set(call);
            await _next(http).ConfigureAwait(false);
            if (!call.IsAnswered)
            {
                call.Outcome = GrpcStatusWriter.Complete(http.Response, call.Activity);
            }
        }
        finally
        {
            _admission.Leave(call.ReservedBytes);
            Measure(call);
        }
    }

    private static void Refuse(Call call, NacreError refusal)
    {
        GrpcStatusWriter.Refuse(call.Http.Response, refusal, call.Activity);
        call.Outcome = refusal.Code;
    }

    private void Measure(Call call)
    {
        if (_metrics.MeasuresRequests)
        {
            _metrics.Answered(call.Command, call.Outcome, _clock.GetElapsedTime(call.Started));
        }
    }

    /// <summary>
    /// A stream's body has no end to measure: each of its messages is held to the limit instead. The library would
    /// lift these limits by itself, but only from a body that nobody has begun to read.
    /// </summary>
    private static void LiftBodyLimits(HttpContext http)
    {
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        http.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Takes the deadline out of the headers: the library would answer at the deadline by itself, without saying
    /// whether a write was handed on, and pays a timer for every request that has one.
    /// </summary>
    private static NacreError? ReadTimeout(HttpRequest request, out TimeSpan? timeout)
    {
        timeout = null;
        if (!request.Headers.TryGetValue(GrpcTimeout.Header, out Microsoft.Extensions.Primitives.StringValues value))
        {
            return null;
        }

        request.Headers.Remove(GrpcTimeout.Header);
        if (!GrpcTimeout.TryParse(value.ToString(), out TimeSpan parsed))
        {
            return BadTimeout;
        }

        timeout = parsed;
        return null;
    }

    /// <summary>A stream is held to no rate, so that a stranger who opens one and says nothing is cut off by a clock.</summary>
    private async ValueTask<NacreError?> ReserveOpeningAsync(Call call)
    {
        LiftBodyLimits(call.Http);
        using var patience = new CancellationTokenSource(StreamCommand.OpeningTimeout, _clock);
        try
        {
            return await ReserveFirstMessageAsync(call, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return NoOpening;
        }
    }

    /// <param name="call">The request.</param>
    /// <param name="patience">For a stream, how long it may take. Unary bodies end by Kestrel's rate, or with the connection.</param>
    private async ValueTask<NacreError?> ReserveFirstMessageAsync(Call call, CancellationToken patience)
    {
        PipeReader body = call.Http.Request.BodyReader;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await body.ReadAsync(patience).ConfigureAwait(false);
            }
            catch (BadHttpRequestException)
            {
                return _tooLarge;
            }

            ReadOnlySequence<byte> buffer = read.Buffer;
            if (buffer.Length >= FrameHeaderBytes)
            {
                NacreError? refusal = Reserve(call, buffer);
                body.AdvanceTo(buffer.Start);
                return refusal;
            }

            // A body that ends before its first message is for the library to refuse.
            if (read.IsCompleted)
            {
                body.AdvanceTo(buffer.Start);
                return null;
            }

            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private NacreError? Reserve(Call call, in ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[FrameHeaderBytes];
        buffer.Slice(0, FrameHeaderBytes).CopyTo(header);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (header[0] != 0)
        {
            return Compressed;
        }

        if (length > (uint)_maxMessageBytes)
        {
            return _tooLarge;
        }

        if (!_admission.TryReserve(length))
        {
            return _admission.Overloaded;
        }

        call.ReservedBytes = length;
        return null;
    }
}

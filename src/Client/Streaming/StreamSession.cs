using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Streaming;

/// <summary>
/// One stream from its handshake to its end. A writer loop combines what waits into batches: while one is being written
/// the next gathers, so that batches grow with the load and nothing ever waits for a timer. A reader loop hands out answers.
/// </summary>
/// <remarks>Thread-safe, except for <see cref="RunAsync"/>, which is called once.</remarks>
internal sealed partial class StreamSession : IAsyncDisposable
{
    // Invariants, under _gate:
    // - An operation is in _waiting, or in _open under its tag, or in neither and over.
    // - _open.Count <= _window; tags rise and are never used twice.
    // - Once _takesOperations is false it stays so, and _waiting only shrinks.
    // - _told has a place for each container that was bound, by its number less 1: what the node's server knows of its session.
    // - After the end both tables are empty.
    // - _silentSince says since when answers are due and none has come; it counts only while _open holds something.
    // - _writerSleeps is true only while the writer waits for _wake, and whoever sets it to false releases _wake once.
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(100);

    private readonly RpcChannel _node;
    private readonly IdempotencySequence _sequence;
    private readonly SessionStore _sessions;
    private readonly NacreClientOptions _options;
    private readonly ILogger? _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Queue<StreamOperation> _waiting = new();
    private readonly Dictionary<ulong, StreamOperation> _open = [];
    private readonly List<ToldContainer> _told = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly ITimer _sweeper;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _lastTag;
    private int _window;
    private int _maxBatchBytes;
    private long _silentSince;
    private volatile bool _isSilent;
    private volatile bool _isFinished;
    private bool _writerSleeps;
    private bool _sweeping;
    private volatile RequestSigner? _signer;
    private volatile bool _takesOperations = true;
    private volatile bool _isDisposed;

    public StreamSession(RpcChannel node, IdempotencySequence sequence, SessionStore sessions, NacreClientOptions options, ILogger? logger)
    {
        _node = node;
        _sequence = sequence;
        _sessions = sessions;
        _options = options;
        _logger = logger;
        _sweeper = options.TimeProvider.CreateTimer(
            static state => ((StreamSession)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The node that it leads to.</summary>
    public RpcChannel Node => _node;

    /// <summary>False once it drains or is closed; never true again.</summary>
    public bool TakesOperations => _takesOperations;

    /// <summary>True when its token is about to end and another can be had: a session opened now outlives it.</summary>
    public bool IsStale => _signer is { } signer && _node.IsStale(signer);

    /// <summary>Takes an operation.</summary>
    /// <returns>False when the session drains or is closed: the operation belongs to the caller as before.</returns>
    public bool TryEnqueue(StreamOperation operation)
    {
        bool wake;
        lock (_gate)
        {
            if (!_takesOperations)
            {
                return false;
            }

            _waiting.Enqueue(operation);
            wake = _writerSleeps && _open.Count < _window;
            _writerSleeps &= !wake;
            if (!_sweeping)
            {
                _sweeping = true;
                _sweeper.Change(SweepPeriod, SweepPeriod);
            }
        }

        if (wake)
        {
            _wake.Release();
        }

        return true;
    }

    /// <summary>Opens the stream and serves it to its end; it never throws.</summary>
    public async Task RunAsync()
    {
        NacreException end;
        bool established = false;
        try
        {
            RequestSigner signer = (await _node.SignerAsync(_stop.Token).ConfigureAwait(false)).ValueOrThrow();
            _signer = signer;
            byte[] nonce = RandomNumberGenerator.GetBytes(StreamKeys.NonceBytes);
            var open = new Wire.StreamRequest { Open = new Wire.StreamOpen { ClientNonce = UnsafeByteOperations.UnsafeWrap(nonce) } };
            using AsyncDuplexStreamingCall<Wire.StreamRequest, Wire.StreamResponse> call = _node.OpenStream(signer, open, _stop.Token);
            using StreamKeys keys = await ShakeHandsAsync(call, signer, open, nonce).ConfigureAwait(false);
            established = true;
            _node.Report(null);
            NacreDiagnostics.StreamOpened();

            Task writing = WriteAsync(call.RequestStream, keys.Up);
            Task reading = ReadAsync(call.ResponseStream, keys.Down);
            Task first = await Task.WhenAny(writing, reading).ConfigureAwait(false);
            if (first == writing && writing.IsCompletedSuccessfully)
            {
                // All is said; the answers that are due still come.
                await reading.ConfigureAwait(false);
            }

            end = await OutcomeOfAsync(reading, writing).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            end = RpcErrors.Translate(e, isRead: true);
        }
        catch (NacreException e)
        {
            end = e;
        }
        catch (OperationCanceledException e)
        {
            end = RpcErrors.Lost(e, isRead: true);
        }

        if (_isSilent)
        {
            end = new NacreException(NacreErrorCode.ConnectionFailed, "The node kept silent for too long.", end) { LeavesNode = true };
        }

        if (!_isDisposed && !_isFinished)
        {
            // Before anybody is told, so that what comes back finds the next node.
            _node.Report(end);
        }

        Close(await RenewedAsync(end).ConfigureAwait(false), established);
        _ended.SetResult();
    }

    /// <summary>Ends the stream; operations that are open fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _ended.Task.ConfigureAwait(false);
    }

    private async Task<StreamKeys> ShakeHandsAsync(
        AsyncDuplexStreamingCall<Wire.StreamRequest, Wire.StreamResponse> call, RequestSigner signer, Wire.StreamRequest open, byte[] nonce)
    {
        using var patience = new CancellationTokenSource(_node.Patience, _options.TimeProvider);
        using CancellationTokenRegistration impatience = patience.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
        try
        {
            await call.RequestStream.WriteAsync(open).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException)
        {
            // The call has failed, and the answer says why.
        }

        if (!await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false) ||
            call.ResponseStream.Current.Accepted is not { } accepted)
        {
            throw new NacreException(NacreErrorCode.Unsupported, "The server ended a stream without accepting it.");
        }

        if (accepted.ServerNonce.Length != StreamKeys.NonceBytes || accepted.MaxOperationsOpen == 0 || accepted.MaxBatchBytes == 0)
        {
            throw new NacreException(NacreErrorCode.Unsupported, "The server accepted a stream without a nonce or limits.");
        }

        var keys = new StreamKeys(signer.Credential.Key, nonce, accepted.ServerNonce.Span);
        if (!CryptographicOperations.FixedTimeEquals(keys.Proof, accepted.Proof.Span))
        {
            keys.Dispose();
            throw new NacreException(NacreErrorCode.ServerUntrusted, "The server could not prove that it holds the account key, or made the token.");
        }

        lock (_gate)
        {
            _window = (int)Math.Min((uint)_options.MaxOpenOperations, accepted.MaxOperationsOpen);
            _maxBatchBytes = (int)Math.Min(int.MaxValue, accepted.MaxBatchBytes);
        }

        if (_logger is not null)
        {
            Log.StreamOpen(_logger, _window, _maxBatchBytes);
        }

        return keys;
    }

    /// <summary>A stream whose token was refused makes room for one with another token: what was under way is repeated there.</summary>
    private async ValueTask<NacreException> RenewedAsync(NacreException end)
    {
        try
        {
            return _signer is { } signer && await _node.RenewAsync(signer, end.Code, CancellationToken.None).ConfigureAwait(false)
                ? new NacreException(NacreErrorCode.ConnectionFailed, $"The stream's token was renewed. {end.Message}", end)
                : end;
        }
        catch (ObjectDisposedException)
        {
            return end;
        }
    }

    /// <summary>Why an established stream ended. Stops what still runs.</summary>
    private async Task<NacreException> OutcomeOfAsync(Task reading, Task writing)
    {
        // The writer's failure only says that the call is over; the reader's says why. Any other failure is a bug, and
        // must not leave the reader waiting.
        if (writing.Exception?.InnerException is not (null or RpcException or InvalidOperationException))
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await reading.ConfigureAwait(false);
            lock (_gate)
            {
                // It drained, and all was answered.
                _isFinished = !_takesOperations && _open.Count == 0 && _waiting.Count == 0;
            }

            return RpcErrors.Lost(null, isRead: true);
        }
        catch (RpcException e)
        {
            return RpcErrors.Translate(e, isRead: true);
        }
        catch (NacreException e)
        {
            return e;
        }
        catch (InvalidProtocolBufferException e)
        {
            return new NacreException(NacreErrorCode.Unsupported, "The server sent a batch that this client cannot read.", e);
        }
        finally
        {
            lock (_gate)
            {
                _takesOperations = false;
            }

            await _stop.CancelAsync().ConfigureAwait(false);
            _wake.Release();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Completes everything that is left.</summary>
    private void Close(NacreException end, bool established)
    {
        StreamOperation[] sent;
        StreamOperation[] unsent;
        lock (_gate)
        {
            _takesOperations = false;
            sent = [.. _open.Values];
            unsent = [.. _waiting];
            _open.Clear();
            _waiting.Clear();
            _sweeper.Dispose();
        }

        if (_logger is not null && sent.Length > 0)
        {
            Log.StreamLost(_logger, sent.Length, end);
        }

        foreach (StreamOperation operation in sent)
        {
            if (operation.TryClaim())
            {
                operation.Answer(operation.IsRead
                    ? end
                    : new NacreException(NacreErrorCode.OutcomeUnknown, $"The stream ended before the write was answered; it may have taken effect. {end.Message}", end) { LeavesNode = end.LeavesNode });
            }
        }

        // What was never sent is safe to send again, unless the server refused the stream itself.
        NacreException untouched = established
            ? new NacreException(NacreErrorCode.ConnectionFailed, $"The stream ended before the operation was sent. {end.Message}", end) { LeavesNode = end.LeavesNode }
            : end;
        foreach (StreamOperation operation in unsent)
        {
            if (operation.TryClaim())
            {
                operation.Answer(untouched);
            }
        }
    }

    /// <summary>Gives up what has run out of time, and the stream when its node keeps silent. An operation that was sent keeps its place in the window until it is answered.</summary>
    private void Sweep()
    {
        bool isSilent;
        lock (_gate)
        {
            isSilent = !_node.IsAlone && _open.Count > 0 && _options.TimeProvider.GetElapsedTime(_silentSince) > _node.Patience;
            int live = 0;
            foreach (StreamOperation operation in _waiting)
            {
                live += GiveUpIfExpired(operation, sent: false);
            }

            foreach (StreamOperation operation in _open.Values)
            {
                live += GiveUpIfExpired(operation, sent: true);
            }

            if (live == 0 && _sweeping)
            {
                _sweeping = false;
                _sweeper.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        if (isSilent)
        {
            _isSilent = true;
            _stop.Cancel();
        }
    }

    private static int GiveUpIfExpired(StreamOperation operation, bool sent)
    {
        if (operation.IsClaimed)
        {
            return 0;
        }

        if (!operation.HasExpired)
        {
            return 1;
        }

        if (operation.TryClaim())
        {
            operation.GiveUp(sent && !operation.IsRead
                ? new NacreException(NacreErrorCode.OutcomeUnknown, "The server did not answer within the time allowed; the write may have taken effect.")
                : new NacreException(NacreErrorCode.DeadlineExceeded, "The server did not answer within the time allowed."));
        }

        return 0;
    }
}

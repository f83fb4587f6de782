using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Streaming;

internal sealed partial class StreamSession
{
    /// <summary>Sends what waits until the session drains and everything is answered, or the call fails.</summary>
    private async Task WriteAsync(IClientStreamWriter<Wire.StreamRequest> requests, RunningMac mac)
    {
        // Invariants: batch, request and buffer are this loop's own, and are filled only while nothing is being written.
        var numbers = new Dictionary<ContainerName, uint>();
        var batch = new Wire.OperationBatch { ClientId = _sequence.ClientId };
        var envelope = new Wire.StreamBatch();
        var request = new Wire.StreamRequest { Batch = envelope };
        byte[] buffer = [];
        byte[] macBytes = new byte[HmacKey.MacBytes];
        ByteString macText = UnsafeByteOperations.UnsafeWrap(macBytes);

        while (!_stop.IsCancellationRequested)
        {
            batch.Operations.Clear();
            batch.Bindings.Clear();
            bool drained = !Gather(batch, numbers);
            if (drained)
            {
                break;
            }

            if (batch.Operations.Count == 0)
            {
                await _wake.WaitAsync().ConfigureAwait(false);
                continue;
            }

            NacreDiagnostics.BatchSent(batch.Operations.Count);
            batch.WantsSession = _sessions.IsOn;
            batch.AnsweredBelow = _sequence.AnsweredBelow;
            int length = batch.CalculateSize();
            if (buffer.Length < length)
            {
                buffer = new byte[Math.Max(length, Math.Min(_maxBatchBytes, buffer.Length * 2))];
            }

            batch.WriteTo(buffer.AsSpan(0, length));
            mac.Next(buffer.AsSpan(0, length), macBytes);
            envelope.Payload = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, length));
            envelope.Mac = macText;
            await requests.WriteAsync(request).ConfigureAwait(false);
        }

        await requests.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Moves what waits into a batch, as far as the window and the batch's limit allow.</summary>
    /// <returns>False when the session drains and nothing is left; the writer sleeps when the batch is left empty.</returns>
    private bool Gather(Wire.OperationBatch batch, Dictionary<ContainerName, uint> numbers)
    {
        lock (_gate)
        {
            int bytes = 0;
            while (_open.Count < _window && _waiting.TryPeek(out StreamOperation? operation))
            {
                if (operation.IsClaimed)
                {
                    _waiting.Dequeue();
                    continue;
                }

                if (operation.MaxBytes > _maxBatchBytes)
                {
                    _waiting.Dequeue();
                    if (operation.TryClaim())
                    {
                        operation.Answer(new NacreException(
                            NacreErrorCode.TooLarge, $"The operation may take {operation.MaxBytes} bytes; the server takes batches of at most {_maxBatchBytes}."));
                    }

                    continue;
                }

                bytes += operation.MaxBytes;
                if (bytes > _maxBatchBytes && batch.Operations.Count > 0)
                {
                    break;
                }

                _waiting.Dequeue();
                Bind(operation, batch, numbers);
                bytes += TellSession(operation);
                operation.Message.Tag = ++_lastTag;
                if (_open.Count == 0)
                {
                    _silentSince = _options.TimeProvider.GetTimestamp();
                }

                _open.Add(_lastTag, operation);
                batch.Operations.Add(operation.Message);
            }

            bool drained = !_takesOperations && _open.Count == 0 && _waiting.Count == 0;
            _writerSleeps = batch.Operations.Count == 0 && !drained;
            return !drained;
        }
    }

    /// <summary>Has a read carry what its server was not told yet; that holds for the rest of the stream.</summary>
    /// <returns>Bytes that it adds.</returns>
    private int TellSession(StreamOperation operation)
    {
        if (!operation.MayUseSession)
        {
            return 0;
        }

        string token = _told[(int)operation.Message.Container - 1].Tell(operation.SessionToken, operation.Message.Consistency is Wire.ConsistencyLevel.Session);
        operation.Message.SessionToken = token;
        return token.Length;
    }

    private void Bind(StreamOperation operation, Wire.OperationBatch batch, Dictionary<ContainerName, uint> numbers)
    {
        if (!numbers.TryGetValue(operation.Container, out uint number))
        {
            number = (uint)numbers.Count + 1;
            numbers.Add(operation.Container, number);
            _told.Add(new ToldContainer(operation.Session));
            batch.Bindings.Add(new Wire.ContainerBinding
            {
                Number = number,
                Database = operation.Container.Database,
                Container = operation.Container.Container,
            });
        }

        operation.Message.Container = number;
    }

    /// <summary>Hands out answers until the server ends the stream.</summary>
    private async Task ReadAsync(IAsyncStreamReader<Wire.StreamResponse> responses, RunningMac mac)
    {
        while (await responses.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            Wire.StreamResponse response = responses.Current;
            switch (response.KindCase)
            {
                case Wire.StreamResponse.KindOneofCase.Batch:
                    if (!mac.Verify(response.Batch.Payload.Span, response.Batch.Mac.Span))
                    {
                        throw new NacreException(NacreErrorCode.ServerUntrusted, "A batch of answers does not bear the stream's MAC.");
                    }

                    HandOut(Wire.OutcomeBatch.Parser.ParseFrom(response.Batch.Payload));
                    break;

                case Wire.StreamResponse.KindOneofCase.GoAway:
                    if (_logger is not null)
                    {
                        Log.StreamGoAway(_logger, response.GoAway.Reason);
                    }

                    _node.Report(new NacreException(NacreErrorCode.Unavailable, $"The node asks its clients to go: {response.GoAway.Reason}") { LeavesNode = true });
                    Drain();
                    break;

                default:
                    throw new NacreException(NacreErrorCode.Unsupported, "The server sent a kind of message that this client does not know.");
            }
        }
    }

    /// <summary>Takes no more operations; what is open is finished, then the writer ends the stream.</summary>
    /// <param name="cause">Why the node was left; null: it was not.</param>
    internal void Drain(NacreException? cause = null)
    {
        StreamOperation[] unsent;
        lock (_gate)
        {
            _takesOperations = false;
            unsent = [.. _waiting];
            _waiting.Clear();
        }

        foreach (StreamOperation operation in unsent)
        {
            if (operation.TryClaim())
            {
                operation.Answer(cause is { Code: NacreErrorCode.ConnectionFailed }
                    ? cause
                    : new NacreException(NacreErrorCode.Unavailable, "The client moves its operations to another stream.", cause!) { LeavesNode = true });
            }
        }

        WakeWriter();
    }

    private void HandOut(Wire.OutcomeBatch batch)
    {
        StreamOperation?[] operations = ArrayPool<StreamOperation?>.Shared.Rent(batch.Outcomes.Count);
        lock (_gate)
        {
            foreach (Wire.SessionNote note in batch.Sessions)
            {
                if (note.Container - 1 < (uint)_told.Count)
                {
                    _told[(int)note.Container - 1].Hear(note.Token);
                }
            }

            _silentSince = _options.TimeProvider.GetTimestamp();
            for (int i = 0; i < batch.Outcomes.Count; i++)
            {
                _open.Remove(batch.Outcomes[i].Tag, out operations[i]);
            }
        }

        WakeWriter();
        for (int i = 0; i < batch.Outcomes.Count; i++)
        {
            // Absent: the server answered a tag twice, or one never sent. Claimed: the caller no longer waits.
            if (operations[i] is { } operation && operation.TryClaim())
            {
                operation.Answer(Read(batch.Outcomes[i], batch.Sessions.Count > 0 ? operation.Session : null, batch.LedElsewhere));
            }
        }

        ArrayPool<StreamOperation?>.Shared.Return(operations, clearArray: true);
    }

    private void WakeWriter()
    {
        bool wake;
        lock (_gate)
        {
            wake = _writerSleeps && (_waiting.Count > 0 || !_takesOperations);
            _writerSleeps &= !wake;
        }

        if (wake)
        {
            _wake.Release();
        }
    }

    private static Attempt<Reply> Read(Wire.OperationOutcome outcome, ContainerSession? session, bool ledElsewhere) => outcome.Error is { } error
        ? new NacreException(error)
        : new Reply(outcome.Etag, outcome.Lsn, outcome.TimestampMs, outcome.Body.Memory, outcome.Created, session?.TokenOf(outcome.Etag) ?? "", ledElsewhere);
}

using System.Buffers;
using System.Runtime.InteropServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Consistency;
using Nacre.Server.Wire;

namespace Nacre.Server.Streaming;

/// <summary>
/// Sends a stream's outcomes, in whatever order they come, combined: while one batch is written the next gathers, and
/// a batch goes as soon as nothing more is ready.
/// </summary>
/// <remarks>Thread-safe. Whoever finds the writer idle writes, so that an answer that is ready at once waits for no other thread.</remarks>
internal sealed class OutcomeWriter : IThreadPoolWorkItem
{
    // Invariants:
    // - only whoever turned _writing from 0 to 1 touches _taken, _notes, the session's outgoing side and the stream;
    // - every outcome added is written or dropped once, and its slot and document are given back once.
    private const int MaxBatchBytes = 1024 * 1024;

    private readonly IServerStreamWriter<StreamReply> _stream;
    private readonly StreamSession _session;
    private readonly OperationSlots _slots;
    private readonly ActivityId _activity;
    private readonly ILogger _logger;
    private readonly SessionNotes _notes;
    private readonly Lock _guard = new();
    private readonly StreamReply _reply = new();
    private List<Outcome> _ready = [];
    private List<Outcome> _taken = [];
    private string? _goAway;
    private int _writing;
    private int _scheduled;
    private volatile bool _broken;
    private volatile bool _ledElsewhere;

    /// <summary>Joins a stream's answering side.</summary>
    /// <param name="stream">Where to write; nothing else may write there.</param>
    /// <param name="session">Signs batches.</param>
    /// <param name="slots">Told of outcomes that are done with.</param>
    /// <param name="activity">The stream's name in the log.</param>
    /// <param name="consistency">Makes session tokens.</param>
    /// <param name="logger">Where to say what happens.</param>
    public OutcomeWriter(
        IServerStreamWriter<StreamReply> stream, StreamSession session, OperationSlots slots, ActivityId activity,
        ConsistencyRules consistency, ILogger logger)
    {
        _notes = new SessionNotes(consistency);
        _activity = activity;
        _logger = logger;
        _stream = stream;
        _session = session;
        _slots = slots;
    }

    /// <summary>Takes an outcome that the next <see cref="Flush"/> sends.</summary>
    public void Add(in Outcome outcome)
    {
        lock (_guard)
        {
            _ready.Add(outcome);
        }
    }

    /// <summary>Has the next batch tell that operations were begun whose shard another node leads.</summary>
    public void NoteLedElsewhere()
    {
        if (!_ledElsewhere)
        {
            _ledElsewhere = true;
        }
    }

    /// <summary>Takes an outcome that others may follow at once, as those of one group commit do: sent when they are in.</summary>
    public void AddSoon(in Outcome outcome)
    {
        Add(outcome);
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            // To the end of the common queue: the completions of the same group commit stand before it.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Asks the peer to finish what is open and then open another stream.</summary>
    public void GoAway(string reason)
    {
        lock (_guard)
        {
            _goAway = reason;
        }

        Flush();
    }

    /// <summary>Sends what is ready, unless somebody is sending already, who then sends this too.</summary>
    public void Flush()
    {
        if (Interlocked.Exchange(ref _writing, 1) == 0)
        {
            _ = WriteAllAsync();
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _scheduled, 0);
        Flush();
    }

    private async Task WriteAllAsync()
    {
        do
        {
            while (Take(out string? goAway))
            {
                if (goAway is not null)
                {
                    await SendAsync(new StreamReply(new StreamResponse { GoAway = new StreamGoAway { Reason = goAway } })).ConfigureAwait(false);
                }

                for (int first = 0; first < _taken.Count;)
                {
                    first = await SendBatchAsync(first).ConfigureAwait(false);
                }

                _taken.Clear();
            }

            Volatile.Write(ref _writing, 0);
        }
        while (HasReady() && Interlocked.Exchange(ref _writing, 1) == 0);
    }

    private bool Take(out string? goAway)
    {
        lock (_guard)
        {
            goAway = _goAway;
            _goAway = null;
            (_ready, _taken) = (_taken, _ready);
            return _taken.Count > 0 || goAway is not null;
        }
    }

    private bool HasReady()
    {
        lock (_guard)
        {
            return _ready.Count > 0 || _goAway is not null;
        }
    }

    /// <summary>Sends the taken outcomes from a place on, as many as one batch holds.</summary>
    /// <returns>The place after them.</returns>
    private async ValueTask<int> SendBatchAsync(int first)
    {
        int end = first;
        int size = 0;
        do
        {
            size += ProtoWriter.SizeOfMessage(_taken[end++].Measure());
        }
        while (end < _taken.Count && size < MaxBatchBytes);

        size += _notes.Gather(CollectionsMarshal.AsSpan(_taken)[first..end]);
        bool ledElsewhere = _ledElsewhere;
        if (ledElsewhere)
        {
            _ledElsewhere = false;
            size += ProtoWriter.SizeOfNumber(1);
        }

        byte[] payload = ArrayPool<byte>.Shared.Rent(size);
        Encode(CollectionsMarshal.AsSpan(_taken)[first..end], _notes, ledElsewhere, payload.AsSpan(0, size));
        _reply.Payload = payload.AsMemory(0, size);
        _session.Sign(_reply.Payload.Span, _reply.Mac);
        await SendAsync(_reply).ConfigureAwait(false);
        payload.AsSpan(0, size).Clear();
        ArrayPool<byte>.Shared.Return(payload);
        _slots.Leave(end - first);
        return end;
    }

    private static void Encode(ReadOnlySpan<Outcome> outcomes, SessionNotes notes, bool ledElsewhere, Span<byte> destination)
    {
        var writer = new ProtoWriter(destination);
        foreach (ref readonly Outcome outcome in outcomes)
        {
            writer.Message(OutcomeBatch.OutcomesFieldNumber, outcome.Measure());
            outcome.Write(ref writer);
            outcome.Document?.Dispose();
        }

        notes.Write(ref writer);
        writer.Number(OutcomeBatch.LedElsewhereFieldNumber, ledElsewhere ? 1u : 0u);
        Invariant.Check(writer.Written == destination.Length);
    }

    private async ValueTask SendAsync(StreamReply reply)
    {
        if (_broken)
        {
            return;
        }

        try
        {
            await _stream.WriteAsync(reply).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // The peer is gone: what it asked for is done, and nobody is left to hear of it. A fault of our own ends
            // the stream in the same way, and is said.
            _broken = true;
            if (fault is not (OperationCanceledException or IOException or InvalidOperationException))
            {
                Log.StreamWriteFailed(_logger, fault, _activity);
            }
        }
    }
}

using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Forwarding;

namespace Nacre.Server.Peers;

/// <summary>One stream of proposals to one node, from its first proposal to its break. What waits together is sent together.</summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - each proposal is answered once: by the peer, or when the stream ends;
// - when it ends, what was handed to the connection is unknown, and what was not has not happened.
internal sealed class ProposalStream : IAsyncDisposable
{
    private const int MostEntries = 512;
    private const int MostBytes = 1 << 20;

    private static readonly NacreError Lost = new(ErrorCode.OutcomeUnknown,
        "The connection to the node that leads the shard broke while the write was on its way. It may take effect; repeat it under its idempotency key.");

    private static readonly NacreError GivenUp = new(ErrorCode.OutcomeUnknown,
        "The deadline passed while the write was on its way to the node that leads the shard. It may take effect; repeat it under its idempotency key.");

    private readonly GrpcChannel _channel;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<ulong, Waiting> _sent = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;
    private ulong _lastNumber;

    /// <summary>Begins a stream over a connection.</summary>
    public ProposalStream(GrpcChannel channel)
    {
        _channel = channel;
        _running = RunAsync();
    }

    /// <summary>The node was not reached, and nothing happened.</summary>
    public static NacreError Unreached { get; } = new(ErrorCode.Unavailable, "The node that leads the shard is not reached.");

    /// <summary>True when another stream must take its place.</summary>
    /// <param name="channel">The connection to the node as it is now.</param>
    public bool IsOver(GrpcChannel channel)
    {
        if (!ReferenceEquals(channel, _channel))
        {
            _queue.Writer.TryComplete();
            return true;
        }

        return _queue.Reader.Completion.IsCompleted || _ending.IsCancellationRequested;
    }

    /// <summary>Sends a proposal.</summary>
    /// <returns>False when the stream is over; nothing was sent.</returns>
    public bool TrySend(ForwardedProposal proposal, CancellationToken cancellationToken, out ValueTask<Result<ForwardedOutcome>> outcome)
    {
        var waiting = new Waiting(proposal);
        bool isTaken = _queue.Writer.TryWrite(waiting);
        outcome = isTaken ? new ValueTask<Result<ForwardedOutcome>>(AwaitAsync(waiting, cancellationToken)) : default;
        return isTaken;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _ending.Dispose();
    }

    private static async Task<Result<ForwardedOutcome>> AwaitAsync(Waiting waiting, CancellationToken cancellationToken)
    {
        try
        {
            return await waiting.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return GivenUp;
        }
    }

    private async Task RunAsync()
    {
        // Whoever sends the first is not kept by the handshake.
        await Task.Yield();
        AsyncDuplexStreamingCall<ForwardedEntries, ForwardedAnswers>? call = null;
        try
        {
            call = new Forwarding.ForwardingClient(_channel).Propose(cancellationToken: _ending.Token);
            await call.ResponseHeadersAsync.ConfigureAwait(false);
            Task reading = ReadAsync(call.ResponseStream);
            await WriteAsync(call.RequestStream).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // Told to whoever waits, below.
        }
        finally
        {
            call?.Dispose();
            End();
        }
    }

    private async Task WriteAsync(IClientStreamWriter<ForwardedEntries> stream)
    {
        while (await _queue.Reader.WaitToReadAsync(_ending.Token).ConfigureAwait(false))
        {
            var batch = new ForwardedEntries();
            int bytes = 0;
            lock (_sent)
            {
                while (batch.Entries.Count < MostEntries && bytes < MostBytes && _queue.Reader.TryRead(out Waiting? waiting))
                {
                    ForwardedProposal proposal = waiting.Proposal;
                    bytes += proposal.Entry.Length;
                    _sent.Add(++_lastNumber, waiting);
                    batch.Entries.Add(new ForwardedEntry
                    {
                        Shard = proposal.Shard.Value,
                        Entry = UnsafeByteOperations.UnsafeWrap(proposal.Entry),
                        MayUseReserve = proposal.MayUseReserve,
                        Number = _lastNumber,
                    });
                }
            }

            await stream.WriteAsync(batch, _ending.Token).ConfigureAwait(false);
        }

        await stream.CompleteAsync().ConfigureAwait(false);
    }

    private async Task ReadAsync(IAsyncStreamReader<ForwardedAnswers> stream)
    {
        try
        {
            while (await stream.MoveNext(_ending.Token).ConfigureAwait(false))
            {
                foreach (ForwardedAnswer answer in stream.Current.Answers)
                {
                    Waiting? waiting;
                    lock (_sent)
                    {
                        _sent.Remove(answer.Number, out waiting);
                    }

                    waiting?.Done.TrySetResult(Read(answer));
                }
            }
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The writer must not wait for a peer that is gone.
        }
        finally
        {
            _queue.Writer.TryComplete();
            await _ending.CancelAsync().ConfigureAwait(false);
        }
    }

    private void End()
    {
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out Waiting? unsent))
        {
            unsent.Done.TrySetResult(Unreached);
        }

        Waiting[] sent;
        lock (_sent)
        {
            sent = [.. _sent.Values];
            _sent.Clear();
        }

        foreach (Waiting waiting in sent)
        {
            waiting.Done.TrySetResult(Lost);
        }
    }

    private static Result<ForwardedOutcome> Read(ForwardedAnswer answer)
    {
        if (answer.Refusal != 0)
        {
            return new NacreError((ErrorCode)answer.Refusal, answer.RefusalMessage)
            {
                RetryAfter = answer.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(answer.RetryAfterMs) : null,
            };
        }

        var outcome = new CommandOutcome((ErrorCode)answer.Outcome, new Lsn(answer.Lsn), (CommandEffect)answer.Effect, answer.Detail.Memory)
        {
            Time = new DateTimeOffset(answer.TimeTicks, TimeSpan.Zero),
        };
        return new ForwardedOutcome(outcome, new LogIndex(answer.Applied));
    }

    /// <summary>A proposal that waits for its answer.</summary>
    private sealed class Waiting(ForwardedProposal proposal)
    {
        public ForwardedProposal Proposal => proposal;

        public TaskCompletionSource<Result<ForwardedOutcome>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

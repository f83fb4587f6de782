using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Forwarding;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>Serves proposals that other nodes forward because this one leads: one stream from each, answers as they come.</summary>
/// <param name="proposals">Takes them.</param>
/// <param name="verifier">Tells who still is a node.</param>
/// <param name="logger">Where to say who was refused.</param>
/// <param name="stopping">Ends the streams.</param>
/// <remarks>Thread-safe. What one peer has open is bounded by the replicas, which refuse above their limits.</remarks>
internal sealed class ForwardingService(ForwardedProposals proposals, NodeVerifier verifier, ILogger logger, CancellationToken stopping)
    : Forwarding.ForwardingBase
{
    /// <summary>Answers in one message at most: it stays far below what a message may hold.</summary>
    private const int MostAnswers = 512;

    /// <inheritdoc/>
    public override async Task Propose(
        IAsyncStreamReader<ForwardedEntries> requestStream, IServerStreamWriter<ForwardedAnswers> responseStream, ServerCallContext context)
    {
        AdmittedPeer peer = PeerAdmission.PeerOf(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        await context.WriteResponseHeadersAsync(Metadata.Empty).ConfigureAwait(false);
        Channel<ForwardedAnswer> answers = Channel.CreateUnbounded<ForwardedAnswer>(new UnboundedChannelOptions { SingleReader = true });
        Task writing = WriteAsync(answers.Reader, responseStream, either.Token);
        try
        {
            while (await requestStream.MoveNext(either.Token).ConfigureAwait(false))
            {
                if (verifier.CheckInForce(peer.Identity, peer.SerialNumber) is { IsOk: false } gone)
                {
                    throw PeerAdmission.Refuse(logger, context, gone.Error!, StatusCode.PermissionDenied);
                }

                foreach (ForwardedEntry entry in requestStream.Current.Entries)
                {
                    _ = TakeAsync(entry, answers.Writer);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // The peer went, or this node stops: it takes what was not answered for unknown.
        }
        finally
        {
            answers.Writer.TryComplete();
            await writing.ConfigureAwait(false);
        }
    }

    /// <summary>Whoever forwarded may have given up; the write goes on all the same, as any that is on its way.</summary>
    private async Task TakeAsync(ForwardedEntry entry, ChannelWriter<ForwardedAnswer> answers)
    {
        ForwardedAnswer answer;
        try
        {
            Result<ForwardedOutcome> outcome = await proposals.TakeAsync(
                new ForwardedProposal(new ShardId(entry.Shard), entry.Entry.ToByteArray(), entry.MayUseReserve), CancellationToken.None).ConfigureAwait(false);
            answer = outcome.IsOk ? Show(outcome.Value) : Show(outcome.Error);
        }
        catch (Exception bug)
        {
            Log.ForwardedFailed(logger, bug, new ShardId(entry.Shard));
            answer = Show(new NacreError(ErrorCode.OutcomeUnknown, "The node that leads the shard failed on the write. It may have taken effect; repeat it under its idempotency key."));
        }

        answer.Number = entry.Number;

        // Nobody reads any more once the stream is closed.
        answers.TryWrite(answer);
    }

    private static async Task WriteAsync(
        ChannelReader<ForwardedAnswer> answers, IServerStreamWriter<ForwardedAnswers> stream, CancellationToken cancellationToken)
    {
        try
        {
            while (await answers.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var batch = new ForwardedAnswers();
                while (batch.Answers.Count < MostAnswers && answers.TryRead(out ForwardedAnswer? answer))
                {
                    batch.Answers.Add(answer);
                }

                await stream.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The stream is gone; the reader finds out as well.
        }
    }

    private static ForwardedAnswer Show(in ForwardedOutcome outcome) => new()
    {
        Outcome = (uint)outcome.Outcome.Code,
        Lsn = outcome.Outcome.Lsn.Value,
        Effect = (uint)outcome.Outcome.Flags,
        Detail = UnsafeByteOperations.UnsafeWrap(outcome.Outcome.Detail),
        TimeTicks = outcome.Outcome.Time.UtcTicks,
        Applied = outcome.Applied.Value,
    };

    private static ForwardedAnswer Show(NacreError error) => new()
    {
        Refusal = (uint)error.Code,
        RefusalMessage = error.Message,
        RetryAfterMs = (ulong)(error.RetryAfter ?? TimeSpan.Zero).TotalMilliseconds,
    };
}

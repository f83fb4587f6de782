using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Forwarding;

namespace Nacre.Server.Peers;

/// <summary>Carries proposals to the node that leads, over the nodes' port.</summary>
/// <param name="channels">The connections to peers.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ProposalCarrier(PeerChannels channels) : IProposalCarrier
{
    private static readonly NacreError Lost = new(ErrorCode.OutcomeUnknown,
        "The connection to the node that leads the shard broke while the write was on its way. It may take effect; repeat it under its idempotency key.");

    private static readonly NacreError GivenUp = new(ErrorCode.OutcomeUnknown,
        "The deadline passed while the write was on its way to the node that leads the shard. It may take effect; repeat it under its idempotency key.");

    private static readonly NacreError Unreached = new(ErrorCode.Unavailable, "The node that leads the shard is not reached.");

    /// <inheritdoc/>
    public async ValueTask<Result<ForwardedOutcome>> CarryAsync(NodeId to, ForwardedProposal proposal, CancellationToken cancellationToken)
    {
        if (!channels.TryGet(to, out GrpcChannel? channel))
        {
            return Unreached;
        }

        var request = new ForwardedEntry
        {
            Shard = proposal.Shard.Value,
            Entry = UnsafeByteOperations.UnsafeWrap(proposal.Entry),
            MayUseReserve = proposal.MayUseReserve,
        };
        try
        {
            return Read(await new Forwarding.ForwardingClient(channel)
                .ProposeAsync(request, cancellationToken: cancellationToken).ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            return GivenUp;
        }
        catch (RpcException fault)
        {
            return WasNotSent(fault) ? Unreached : Lost;
        }
    }

    /// <summary>True when no connection was there to send anything over, or the peer let nobody through.</summary>
    private static bool WasNotSent(RpcException fault) =>
        fault.StatusCode == StatusCode.PermissionDenied ||
        fault.Status.DebugException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError,
        };

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
}

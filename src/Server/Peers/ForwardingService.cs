using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Forwarding;

namespace Nacre.Server.Peers;

/// <summary>Serves proposals that other nodes forward because this one leads.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ForwardingService(ForwardedProposals proposals) : Forwarding.ForwardingBase
{
    /// <inheritdoc/>
    public override async Task<ForwardedAnswer> Propose(ForwardedEntry request, ServerCallContext context)
    {
        Result<ForwardedOutcome> outcome = await proposals.TakeAsync(
            new ForwardedProposal(new ShardId(request.Shard), request.Entry.ToByteArray(), request.MayUseReserve),
            context.CancellationToken).ConfigureAwait(false);
        return outcome.IsOk ? Show(outcome.Value) : Show(outcome.Error);
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

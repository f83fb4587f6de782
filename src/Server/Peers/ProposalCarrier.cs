using System.Collections.Concurrent;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Forwarding;

namespace Nacre.Server.Peers;

/// <summary>Carries proposals to the node that leads, over one stream to each.</summary>
/// <param name="channels">The connections to peers.</param>
/// <remarks>Thread-safe. A stream that ended is opened again by the next proposal.</remarks>
internal sealed class ProposalCarrier(PeerChannels channels) : IProposalCarrier, IAsyncDisposable
{
    private readonly ConcurrentDictionary<NodeId, ProposalStream> _streams = new();

    /// <inheritdoc/>
    public ValueTask<Result<ForwardedOutcome>> CarryAsync(NodeId to, ForwardedProposal proposal, CancellationToken cancellationToken)
    {
        while (channels.TryGet(to, out GrpcChannel? channel))
        {
            ProposalStream stream = _streams.GetOrAdd(to, static (_, channel) => new ProposalStream(channel), channel);
            if (stream.IsOver(channel))
            {
                _streams.TryRemove(KeyValuePair.Create(to, stream));
            }
            else if (stream.TrySend(proposal, cancellationToken, out ValueTask<Result<ForwardedOutcome>> outcome))
            {
                return outcome;
            }
        }

        return ValueTask.FromResult<Result<ForwardedOutcome>>(ProposalStream.Unreached);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (ProposalStream stream in _streams.Values)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }
}

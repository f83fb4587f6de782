using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Leases;
using Nacre.Server.Peers;

namespace Nacre.Server.Leases;

/// <summary>Asks other nodes over their node ports.</summary>
/// <param name="channels">The ways to them.</param>
internal sealed class LeaseHolders(PeerChannels channels) : ILeaseHolders
{
    /// <inheritdoc/>
    public async Task<bool> ConfirmAsync(NodeId node, LogIndex index, CancellationToken cancellationToken)
    {
        if (!channels.TryGet(node, out GrpcChannel? channel))
        {
            return false;
        }

        try
        {
            await new Protocol.Node.V1.Leases.LeasesClient(channel)
                .ConfirmAsync(new ConfirmRequest { ControlIndex = index.Value }, cancellationToken: cancellationToken).ResponseAsync.ConfigureAwait(false);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}

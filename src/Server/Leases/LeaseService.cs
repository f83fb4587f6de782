using Grpc.Core;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;

namespace Nacre.Server.Leases;

/// <summary>Tells other nodes that what they withdrew is in force here no more.</summary>
/// <param name="whenInForce">Ends when the catalogue through an entry is in force on this node.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class LeaseService(Func<LogIndex, CancellationToken, Task> whenInForce) : Protocol.Node.V1.Leases.LeasesBase
{
    /// <inheritdoc/>
    public override async Task<ConfirmAnswer> Confirm(ConfirmRequest request, ServerCallContext context)
    {
        await whenInForce(new LogIndex(request.ControlIndex), context.CancellationToken).ConfigureAwait(false);
        return new ConfirmAnswer();
    }
}

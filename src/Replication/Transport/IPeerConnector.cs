using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication.Transport;

/// <summary>Dials peers: mutual TLS in the product.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IPeerConnector
{
    /// <summary>Opens a stream to a peer, and makes sure that it is that peer.</summary>
    /// <param name="peer">Who must answer.</param>
    /// <param name="endpoint"><c>host:port</c> where it listens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream. Errors: Unavailable, Unauthenticated for another node or authority, Forbidden when the peer refuses.</returns>
    ValueTask<Result<IPeerLink>> ConnectAsync(NodeId peer, string endpoint, CancellationToken cancellationToken);
}

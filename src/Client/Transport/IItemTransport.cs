namespace Nacre.Client.Transport;

/// <summary>Carries item operations to the server, once each: repeating is the caller's.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IItemTransport : IAsyncDisposable
{
    /// <summary>Sends one operation.</summary>
    /// <param name="node">Where to.</param>
    /// <param name="call">What.</param>
    /// <param name="deadline">Of all tries.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The answer or its error; await it exactly once. Cancelling stops the wait, not a write that is on its way.</returns>
    ValueTask<Attempt<Reply>> SendAsync(RpcChannel node, ItemCall call, Deadline deadline, CancellationToken cancellationToken);
}

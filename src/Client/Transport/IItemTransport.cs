namespace Nacre.Client.Transport;

/// <summary>Carries item operations to the server, once each: repeating is the caller's.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IItemTransport : IAsyncDisposable
{
    /// <summary>Sends one operation.</summary>
    /// <returns>The answer or its error; await it exactly once. Cancelling stops the wait, not a write that is on its way.</returns>
    ValueTask<Attempt<Reply>> SendAsync(ItemCall call, Deadline deadline, CancellationToken cancellationToken);
}

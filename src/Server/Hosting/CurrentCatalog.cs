using Nacre.Core.Control;
using Nacre.Storage.Control;

namespace Nacre.Server.Hosting;

/// <summary>The catalogue of the control shard's store that is open now: a snapshot may put another one in its place.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CurrentCatalog : ICatalogChanges
{
    private TaskCompletionSource _exchanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ControlStateMachine? _machine;

    /// <summary>The store; only after the first one was opened.</summary>
    public ControlStateMachine Machine => Volatile.Read(ref _machine)!;

    /// <inheritdoc/>
    public Catalog Current => Volatile.Read(ref _machine)?.Current ?? Catalog.Empty;

    /// <inheritdoc/>
    public Task Changed
    {
        get
        {
            Task exchanged = Volatile.Read(ref _exchanged).Task;
            return Task.WhenAny(exchanged, Machine.Changed);
        }
    }

    /// <summary>Turns to another store.</summary>
    public void Turn(ControlStateMachine machine)
    {
        Volatile.Write(ref _machine, machine);
        Interlocked.Exchange(ref _exchanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}

using Nacre.Core.Control;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>The catalogue of the control shard's store that is open on a node.</summary>
internal sealed class NodeCatalog : ICatalogChanges
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Catalog Current { get; private set; } = Catalog.Empty;

    public Task Changed => _changed.Task;

    public void Turn(Catalog newest)
    {
        Current = newest;
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}

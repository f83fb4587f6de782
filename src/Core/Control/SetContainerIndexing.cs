using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Control;

/// <summary>
/// Gives a container another indexing policy; its ranges are told after. Refusals: NotFound, and PreconditionFailed when
/// it has another version, or is not ready.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="Name">The container.</param>
/// <param name="IfMatch">The version that it must have; 0 for any.</param>
/// <param name="Policy">From now on.</param>
public sealed record SetContainerIndexing(string Database, string Name, Sequence IfMatch, IndexingPolicy Policy) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.SetContainerIndexing;
}

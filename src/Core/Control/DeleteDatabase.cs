using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Begins a database's deletion, and with it that of its containers: their names are free at once, their data goes
/// in the background. Refusals: NotFound, PreconditionFailed.
/// </summary>
/// <param name="Name">The database.</param>
/// <param name="IfMatch">The version that it must have; 0 for any.</param>
public sealed record DeleteDatabase(string Name, Sequence IfMatch) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.DeleteDatabase;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}

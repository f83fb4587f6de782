using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Ends a database's deletion. Refusals: NotFound, also when it is gone already; PreconditionFailed while it is not
/// being deleted, or has containers left.
/// </summary>
/// <param name="Id">The database.</param>
public sealed record DatabaseGone(DatabaseId Id) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.DatabaseGone;
}

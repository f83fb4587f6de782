using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>Deletes a permission, and with it every token made from it. Refusals: NotFound, PreconditionFailed.</summary>
/// <param name="Database">The database.</param>
/// <param name="User">The user.</param>
/// <param name="Name">The permission.</param>
/// <param name="IfMatch">The version that it must have; 0 for any.</param>
public sealed record DeletePermission(string Database, string User, string Name, Sequence IfMatch) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.DeletePermission;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}

using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>Deletes a user and the permissions that it has. Refusals: NotFound, PreconditionFailed.</summary>
/// <param name="Database">The database.</param>
/// <param name="Name">The user.</param>
/// <param name="IfMatch">The version that it must have; 0 for any.</param>
public sealed record DeleteUser(string Database, string Name, Sequence IfMatch) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.DeleteUser;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}

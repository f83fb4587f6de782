using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Changes what a permission allows, and withdraws the tokens that were made from it; so does a replacement by the same.
/// Refusals: NotFound, PreconditionFailed, and for the target those of <see cref="CreatePermission"/>.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="User">The user.</param>
/// <param name="Name">The permission.</param>
/// <param name="Target">What it allows from now on.</param>
/// <param name="IfMatch">The version that it must have; 0 for any.</param>
public sealed record ReplacePermission(string Database, string User, string Name, PermissionTarget Target, Sequence IfMatch) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.ReplacePermission;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}

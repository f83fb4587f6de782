namespace Nacre.Core.Control;

/// <summary>Makes a user. Refusals: NotFound for the database, AlreadyExists, Malformed or TooLarge for the name, TooLarge for one user too many.</summary>
/// <param name="Database">The database.</param>
/// <param name="Name">As an item's id.</param>
public sealed record CreateUser(string Database, string Name) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.CreateUser;
}

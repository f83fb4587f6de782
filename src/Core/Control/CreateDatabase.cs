using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>Makes a database. Refusals: AlreadyExists; Malformed or TooLarge for the name; NotFound for the key domain.</summary>
/// <param name="Name">As <see cref="ResourceNames"/> allows.</param>
/// <param name="Domain">The key domain of its data.</param>
public sealed record CreateDatabase(string Name, KeyDomainId Domain) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.CreateDatabase;
}

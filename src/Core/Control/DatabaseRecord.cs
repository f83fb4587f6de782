using System.Collections.Immutable;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A database in the catalogue.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Name">Unique among the databases that are not being deleted.</param>
/// <param name="Domain">The key domain of its data.</param>
/// <param name="State"><see cref="ResourceState.Ready"/> or <see cref="ResourceState.Deleting"/>.</param>
/// <param name="Created">When it was made, by the leader's clock.</param>
/// <param name="Version">The control command that last changed it; its entity tag.</param>
/// <param name="Containers">Its containers but for those being deleted, by name, ordinal.</param>
public sealed record DatabaseRecord(
    DatabaseId Id,
    string Name,
    KeyDomainId Domain,
    ResourceState State,
    DateTimeOffset Created,
    Sequence Version,
    ImmutableArray<ContainerRecord> Containers)
{
    /// <summary>Finds a container by name, whatever its state; null when there is none.</summary>
    public ContainerRecord? FindContainer(string name)
    {
        int at = Catalog.PlaceOf(Containers, name, static container => container.Name);
        return at >= 0 ? Containers[at] : null;
    }
}

using System.Collections.Immutable;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Security.Authorisation;

/// <summary>What is in force as the catalogue of this node says.</summary>
/// <param name="catalog">What the control shard has applied here.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class CatalogRevocations(ICatalogReader catalog) : IRevocations
{
    /// <inheritdoc/>
    public LogIndex AsOf => catalog.Current.Applied;

    /// <inheritdoc/>
    public PermissionRecord? Find(PermissionId permission) => catalog.Current.Permissions.GetValueOrDefault(permission);
}

using Nacre.Core.Control;
using Nacre.Replication.Catalogue;
using Nacre.Server.Items;

namespace Nacre.Server.Administration;

/// <summary>What the handlers of databases, containers and the account work with.</summary>
internal sealed class ControlServices
{
    /// <summary>Changes the catalogue.</summary>
    public required CatalogCoordinator Coordinator { get; init; }

    /// <summary>The catalogue as of now.</summary>
    public required ICatalogReader Catalog { get; init; }

    /// <summary>The account's keys.</summary>
    public required AccountKeyStore AccountKeys { get; init; }

    /// <summary>The keys that encrypt what is stored.</summary>
    public required EncryptionKeys EncryptionKeys { get; init; }

    /// <summary>Signs continuations.</summary>
    public required TokenSeal Seal { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}

using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Replication.Catalogue;
using Nacre.Security.Tokens;
using Nacre.Server.Items;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Administration;

/// <summary>What the handlers of databases, containers, users and the account work with.</summary>
internal sealed class ControlServices
{
    /// <summary>Changes the catalogue.</summary>
    public required CatalogCoordinator Coordinator { get; init; }

    /// <summary>The catalogue as of now.</summary>
    public required ICatalogReader Catalog { get; init; }

    /// <summary>The account's keys.</summary>
    public required AccountKeyStore AccountKeys { get; init; }

    /// <summary>The keys of resource tokens.</summary>
    public required TokenKeyStore TokenKeys { get; init; }

    /// <summary>Makes resource tokens.</summary>
    public required ResourceTokens Tokens { get; init; }

    /// <summary>The keys that encrypt what is stored.</summary>
    public required EncryptionKeys EncryptionKeys { get; init; }

    /// <summary>What the handlers of nodes work with.</summary>
    public required ClusterServices Cluster { get; init; }

    /// <summary>Signs continuations.</summary>
    public required TokenSeal Seal { get; init; }

    /// <summary>Where clients reach the cluster's nodes.</summary>
    public required IClientEndpoints Nodes { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Executes a command of the control shard that needs no data shard and is itself what is asked.</summary>
    /// <returns>The outcome; or Malformed for the key, the command's refusals, and what a proposal is refused with.</returns>
    public async Task<Result<CommandOutcome>> ExecuteAsync(Call call, Protocol.V1.IdempotencyKey? key, ControlCommand command)
    {
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, key, command);
        return header.IsOk ? await Coordinator.ExecuteAsync(command, header.Value, call.Token).ConfigureAwait(false) : header.Error;
    }
}

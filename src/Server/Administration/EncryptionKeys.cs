using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Replication.Catalogue;
using Nacre.Security.Keys;

namespace Nacre.Server.Administration;

/// <summary>Rotates the keys that encrypt what is stored, while the node serves.</summary>
/// <param name="ring">The keys.</param>
/// <param name="root">Where the root key comes from.</param>
/// <param name="coordinator">Remembers the ring's generation, so that an older ring put back is noticed.</param>
/// <param name="reencryption">Takes what is stored to the new keys.</param>
/// <param name="cluster">What keeps the rings of several nodes alike.</param>
/// <remarks>Thread-safe; one rotation at a time.</remarks>
internal sealed class EncryptionKeys(
    KeyRing ring, IRootKeyProvider root, CatalogCoordinator coordinator, Reencryption reencryption, ClusterKeys cluster) : IDisposable
{
    private static readonly NacreError UnknownScope = new(ErrorCode.Malformed, "The scope is DATA, DOMAIN or ROOT.");

    private static readonly NacreError SharedReencryption = new(
        ErrorCode.Unsupported, "In a cluster of several nodes older keys stay, and nothing is written anew: rotate without re-encryption.");

    private readonly SemaphoreSlim _rotating = new(1, 1);

    /// <summary>What may be told of the keys.</summary>
    public EncryptionKeyStatus Show()
    {
        KeyRingStatus status = ring.Status();
        var shown = new EncryptionKeyStatus
        {
            RootKeyId = status.RootKey.ToString(),
            RootKeyProvider = root.Name,
            ReencryptionRunning = reencryption.IsRunning,
        };
        shown.DataKeys.AddRange(status.DataKeys.Select(key => new DataKeyInfo
        {
            Id = key.Id.Value,
            Domain = key.Domain.Value,
            State = key.State switch
            {
                DataKeyState.Current => "current",
                DataKeyState.Retired => "in use",
                _ => "retired",
            },
            CreatedMs = key.CreatedAt.ToUnixTimeMilliseconds(),
        }));
        return shown;
    }

    /// <summary>Draws new keys. From the answer on, what is written anew is under them.</summary>
    /// <param name="scope">Which keys.</param>
    /// <param name="reencrypt">Whether to rewrite in the background what older data keys protect, and then destroy those.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait before the rotation begins.</param>
    /// <returns>The keys after it; Malformed, Unsupported where the root key's provider cannot make one, and what the provider or a proposal is refused with.</returns>
    public async Task<Result<EncryptionKeyStatus>> RotateAsync(
        RotationScope scope, bool reencrypt, EntryHeader request, CancellationToken cancellationToken)
    {
        await _rotating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (cluster.IsShared)
            {
                return await RotateSharedAsync(scope, reencrypt, request).ConfigureAwait(false) is { } held ? held : Show();
            }

            if (Rotate(scope) is { } refusal)
            {
                return refusal;
            }

            Result<CommandOutcome> recorded = await RecordAsync(ring.Generation, request).ConfigureAwait(false);
            if (recorded.IsOk && reencrypt)
            {
                recorded = await reencryption.BeginAsync(request).ConfigureAwait(false);
            }

            return recorded.IsOk ? Show() : recorded.Error;
        }
        finally
        {
            _rotating.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rotating.Dispose();

    /// <summary>
    /// A rotation with other nodes in the cluster. Ids are set aside first, by an entry of the control shard, so that no two
    /// nodes ever give one id to two keys; the generation that tells the others to ask comes when the keys are there.
    /// </summary>
    private async Task<NacreError?> RotateSharedAsync(RotationScope scope, bool reencrypt, EntryHeader request)
    {
        if (reencrypt)
        {
            return SharedReencryption;
        }

        if (scope == RotationScope.Root)
        {
            // Each node's own: nothing that others have is changed by it.
            return RotateRoot();
        }

        if (!cluster.Leads)
        {
            return cluster.NotLeader;
        }

        ulong first = Math.Max(cluster.Generation, Math.Max(ring.Generation, ring.NextDataKey.Value)) + 1;
        ulong last = first + (ulong)ring.Status().Domains.Count;
        Result<CommandOutcome> reserved = await RecordAsync(last, request with { Idempotency = Core.Commands.IdempotencyKey.None }).ConfigureAwait(false);
        if (!reserved.IsOk)
        {
            return reserved.Error;
        }

        ring.SkipTo(new DataKeyId(checked((uint)first)));
        if (Rotate(scope) is { } refusal)
        {
            return refusal;
        }

        cluster.Drawn(last + 1);
        return (await RecordAsync(last + 1, request).ConfigureAwait(false)).Error;
    }

    private Task<Result<CommandOutcome>> RecordAsync(ulong generation, EntryHeader request) =>
        coordinator.ExecuteAsync(new RecordKeyRingGeneration(generation), request, CancellationToken.None);

    private NacreError? Rotate(RotationScope scope)
    {
        switch (scope)
        {
            case RotationScope.Data:
                return ForEachDomain(ring.RotateDataKey);
            case RotationScope.Domain:
                return ForEachDomain(ring.RotateDomainKey);
            case RotationScope.Root:
                return RotateRoot();
            default:
                return UnknownScope;
        }
    }

    private NacreError? ForEachDomain(Func<KeyDomainId, Result<DataKeyId>> rotate)
    {
        foreach (DomainKeyStatus domain in ring.Status().Domains)
        {
            Result<DataKeyId> rotated = rotate(domain.Domain);
            if (!rotated.IsOk)
            {
                return rotated.Error;
            }
        }

        return null;
    }

    private NacreError? RotateRoot()
    {
        if (root is not FileRootKeyProvider file)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"The root key {root.Name} is not the server's to replace. Only a root key in a sealed file is rotated in place.");
        }

        Result<RootKey> next = file.StageNext(ring.RootKey);
        if (!next.IsOk)
        {
            return next.Error;
        }

        using RootKey key = next.Value;
        ring.RotateRootKey(key);
        file.PromoteNext();
        return null;
    }
}

using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>The account's keys: those that callers sign with, and those that protect the data at rest.</summary>
/// <remarks>Thread-safe. Needs a read-write key; every method throws <see cref="NacreException"/>.</remarks>
public sealed class AccountKeys
{
    private readonly ClientPipeline _pipeline;

    internal AccountKeys(ClientPipeline pipeline) => _pipeline = pipeline;

    /// <summary>Lists the four account keys, without the keys themselves.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>In the order of their kinds.</returns>
    public async Task<IReadOnlyList<AccountKeyProperties>> ListAsync(CancellationToken cancellationToken = default)
    {
        Wire.ListKeysResponse response = await _pipeline
            .ReadAsync(RpcMethods.ListKeys, new Wire.ListKeysRequest(), "list_keys", default, cancellationToken)
            .ConfigureAwait(false);
        return [.. response.Keys.Select(FromWire)];
    }

    /// <summary>Draws an account key anew. Whoever signs with the old one is refused from then on.</summary>
    /// <param name="kind">The key to replace. The one that this client signs with can be replaced too: make a new client then.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public async Task<RegeneratedKey> RegenerateAsync(AccountKeyKind kind, CancellationToken cancellationToken = default)
    {
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not one of the four account keys.");
        }

        Wire.RegenerateKeyResponse response = await _pipeline
            .WriteAsync(
                RpcMethods.RegenerateKey,
                key => new Wire.RegenerateKeyRequest { Kind = (Wire.AccountKeyKind)kind, Idempotency = key },
                "regenerate_key",
                default,
                cancellationToken)
            .ConfigureAwait(false);
        return new RegeneratedKey(FromWire(response.Info), response.Key);
    }

    /// <summary>Draws the key anew that resource tokens are made under.</summary>
    /// <param name="revoke">
    /// False: tokens made under the key before stay good until they end; those of the one before that do not. True: when
    /// it is done, no token made before opens anything.
    /// </param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public async Task<TokenKeyProperties> RotateTokenKeyAsync(bool revoke = false, CancellationToken cancellationToken = default)
    {
        Wire.RotateTokenKeyResponse response = await _pipeline
            .WriteAsync(
                RpcMethods.RotateTokenKey,
                key => new Wire.RotateTokenKeyRequest { Revoke = revoke, Idempotency = key },
                "rotate_token_key",
                default,
                cancellationToken)
            .ConfigureAwait(false);
        return new TokenKeyProperties(response.Generation, DateTimeOffset.FromUnixTimeMilliseconds(response.CreatedMs));
    }

    /// <summary>Tells which keys protect the data at rest.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<EncryptionKeys> GetEncryptionKeysAsync(CancellationToken cancellationToken = default)
    {
        Wire.EncryptionKeyStatus response = await _pipeline
            .ReadAsync(RpcMethods.GetEncryptionKeys, new Wire.GetEncryptionKeysRequest(), "get_encryption_keys", default, cancellationToken)
            .ConfigureAwait(false);
        return FromWire(response);
    }

    /// <summary>Replaces encryption keys while the server goes on.</summary>
    /// <param name="scope">Which.</param>
    /// <param name="reencrypt">True: also write anew what older data keys protect, in the background, so that those can be destroyed.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <remarks>Not repeated after a lost answer: <see cref="NacreErrorCode.OutcomeUnknown"/> then says that it may have happened. Rotating once more does no harm.</remarks>
    public async Task<EncryptionKeys> RotateEncryptionKeysAsync(
        EncryptionKeyScope scope, bool reencrypt = false, CancellationToken cancellationToken = default)
    {
        if (!Enum.IsDefined(scope))
        {
            throw new ArgumentOutOfRangeException(nameof(scope), scope, "The scope is Data, Domain or Root.");
        }

        Wire.EncryptionKeyStatus response = await _pipeline
            .WriteOnceAsync(
                RpcMethods.RotateEncryptionKeys,
                new Wire.RotateEncryptionKeysRequest { Scope = (Wire.RotationScope)scope, Reencrypt = reencrypt },
                "rotate_encryption_keys",
                default,
                cancellationToken)
            .ConfigureAwait(false);
        return FromWire(response);
    }

    private static AccountKeyProperties FromWire(Wire.AccountKeyInfo key) =>
        new((AccountKeyKind)key.Kind, key.KeyId, DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedMs));

    private static EncryptionKeys FromWire(Wire.EncryptionKeyStatus status) => new(
        status.RootKeyId,
        status.RootKeyProvider,
        [
            .. status.DataKeys.Select(key => new DataKeyProperties(
                key.Id, key.Domain, key.State, DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedMs))),
        ],
        status.ReencryptionRunning);
}

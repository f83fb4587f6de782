using System.Reflection;
using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Consistency;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Security.Accounts;
using Nacre.Server.Pipeline;
using AccountKeyKind = Nacre.Core.Control.AccountKeyKind;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Account</c>.</summary>
internal static class AccountHandlers
{
    private static readonly NacreError UnknownKind = new(ErrorCode.Malformed, "The kind of key is not known.");

    private static readonly string Version = typeof(AccountHandlers).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Shows who the server is, and where its nodes are.</summary>
    public static ValueTask<Result<AccountInfo>> GetAsync(NodeServices services, Call call, GetAccountRequest request)
    {
        Catalog catalog = services.Control.Catalog.Current;
        Span<byte> cluster = stackalloc byte[ClusterId.SizeBytes];
        catalog.Cluster.Write(cluster);
        return new(new AccountInfo
        {
            ClusterId = ByteString.CopyFrom(cluster),
            ServerVersion = Version,
            DataShards = catalog.DataShards,
            MaxDocumentBytes = DocumentLimits.MaxDocumentBytes,
            MaxBatchOperations = ItemCommand.MaxOperations,
            TimeMs = services.Control.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            Consistency = Show(services.Consistency.Account),
            ClientEndpoints = { services.Control.Nodes.Active },
            ShardLeaders = { services.Control.Nodes.Leaders },
        });
    }

    /// <summary>Lists the account's keys, by name alone.</summary>
    public static async ValueTask<Result<ListKeysResponse>> ListKeysAsync(NodeServices services, Call call, ListKeysRequest request)
    {
        var response = new ListKeysResponse();
        response.Keys.AddRange(await services.Control.AccountKeys
            .WithKeysAsync(static keys => keys.All.Select(Show).ToArray(), call.Token).ConfigureAwait(false));
        return response;
    }

    /// <summary>Draws one key anew; the only answer that carries a key.</summary>
    public static async ValueTask<Result<RegenerateKeyResponse>> RegenerateKeyAsync(
        NodeServices services, Call call, RegenerateKeyRequest request)
    {
        if (request.Kind is < Protocol.V1.AccountKeyKind.Primary or > Protocol.V1.AccountKeyKind.SecondaryReadOnly)
        {
            return UnknownKind;
        }

        // What is drawn differs from try to try; what is asked is the kind.
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, [(byte)request.Kind]);
        return header.IsOk
            ? await services.Control.AccountKeys.RegenerateAsync(
                (AccountKeyKind)request.Kind, header.Value,
                static key => new RegenerateKeyResponse { Info = Show(key), Key = key.Reveal() }, call.Token).ConfigureAwait(false)
            : header.Error;
    }

    /// <summary>Shows the keys that encrypt what is stored.</summary>
    public static ValueTask<Result<EncryptionKeyStatus>> GetEncryptionKeysAsync(
        NodeServices services, Call call, GetEncryptionKeysRequest request) =>
        new(services.Control.EncryptionKeys.Show());

    /// <summary>Rotates the keys that encrypt what is stored.</summary>
    public static async ValueTask<Result<EncryptionKeyStatus>> RotateEncryptionKeysAsync(
        NodeServices services, Call call, RotateEncryptionKeysRequest request)
    {
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, key: null, []);
        return header.IsOk
            ? await services.Control.EncryptionKeys.RotateAsync(request.Scope, request.Reencrypt, header.Value, call.Token).ConfigureAwait(false)
            : header.Error;
    }

    /// <summary>Draws the key of resource tokens anew.</summary>
    public static async ValueTask<Result<RotateTokenKeyResponse>> RotateTokenKeyAsync(NodeServices services, Call call, RotateTokenKeyRequest request)
    {
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, [request.Revoke ? (byte)1 : (byte)0]);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<(uint Generation, DateTimeOffset CreatedAt)> rotated =
            await services.Control.TokenKeys.RotateAsync(request.Revoke, header.Value, call.Token).ConfigureAwait(false);
        return rotated.IsOk
            ? new RotateTokenKeyResponse { Generation = rotated.Value.Generation, CreatedMs = rotated.Value.CreatedAt.ToUnixTimeMilliseconds() }
            : rotated.Error;
    }

    /// <summary>Sets what reads promise; what is not given stays.</summary>
    public static async ValueTask<Result<ConsistencySettings>> SetConsistencyAsync(NodeServices services, Call call, SetConsistencyRequest request)
    {
        ConsistencySettings asked = request.Settings ?? new ConsistencySettings();
        AccountConsistency before = services.Consistency.Account;
        Result<AccountConsistency> after = new AccountConsistency(
            asked.Level is < Protocol.V1.ConsistencyLevel.Unspecified or > Protocol.V1.ConsistencyLevel.Eventual
                ? Core.Consistency.ConsistencyLevel.Unspecified
                : asked.Level == Protocol.V1.ConsistencyLevel.Unspecified ? before.Level : (Core.Consistency.ConsistencyLevel)asked.Level,
            new StalenessBound(
                asked.MaxVersions == 0 ? before.Bound.Versions : asked.MaxVersions,
                asked.MaxAgeS == 0 ? before.Bound.Age : TimeSpan.FromSeconds(asked.MaxAgeS))).Checked();
        if (!after.IsOk)
        {
            return after.Error;
        }

        // What is asked is the same from try to try; what comes of it depends on what was there.
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, asked.ToByteArray());
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<CommandOutcome> outcome = await services.Control.Coordinator
            .ExecuteAsync(new SetSetting(AccountConsistency.SettingName, after.Value.Format(), Expected: null), header.Value, call.Token)
            .ConfigureAwait(false);
        return outcome.IsOk ? Show(after.Value) : outcome.Error;
    }

    private static ConsistencySettings Show(AccountConsistency consistency) => new()
    {
        Level = (Protocol.V1.ConsistencyLevel)consistency.Level,
        MaxVersions = consistency.Bound.Versions,
        MaxAgeS = (uint)consistency.Bound.Age.TotalSeconds,
    };

    private static AccountKeyInfo Show(AccountKey key) => new()
    {
        Kind = (Protocol.V1.AccountKeyKind)key.Kind,
        KeyId = key.Id.ToString(),
        CreatedMs = key.CreatedAt.ToUnixTimeMilliseconds(),
    };
}

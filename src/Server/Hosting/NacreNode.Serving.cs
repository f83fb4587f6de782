using System.Net;
using System.Net.Security;
using Grpc.Health.V1;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Security.Tokens;
using Nacre.Server.Administration;
using Nacre.Server.Consistency;
using Nacre.Server.DataFolder;
using Nacre.Server.Items;
using Nacre.Server.Peers;
using Nacre.Server.Pipeline;
using Nacre.Server.Queries;
using Nacre.Server.Queries.Planning;
using Nacre.Server.Routing;
using Nacre.Server.Telemetry;
using Nacre.Server.Wire;

namespace Nacre.Server.Hosting;

/// <content>The wire: certificate, keys, listener.</content>
public sealed partial class NacreNode
{
    private OwnCertificates? _ownCertificates;
    private OwnCertificates _authority = null!;

    private async Task<NacreError?> ServeAsync(IRootKeyProvider root, CancellationToken cancellationToken)
    {
        bool parsed = ListenAddress.TryParse(_options.Listen, out ListenAddress listen);
        Core.Invariant.Check(parsed);
        SecretSealer sealer = NewSealer();
        Result<AccountKeyStore> accountKeys = await AccountKeyStore.OpenAsync(
            _coordinator, Catalog, sealer, _environment.Time, _environment.Random, cancellationToken).ConfigureAwait(false);
        if (!accountKeys.IsOk)
        {
            return accountKeys.Error;
        }

        _accountKeys = accountKeys.Value;
        _parts.Push(new Part(_accountKeys));
        Result<TokenKeyStore> tokenKeys = await TokenKeyStore.OpenAsync(
            _coordinator, Catalog, sealer, _environment.Time, _environment.Random, cancellationToken).ConfigureAwait(false);
        if (!tokenKeys.IsOk)
        {
            return tokenKeys.Error;
        }

        _parts.Push(new Part(tokenKeys.Value));
        var tokens = new ResourceTokens(tokenKeys.Value.Directory, _accountKeys.Directory, new CatalogRevocations(Catalog), _environment.Time);
        Result<ServerCertificateSource> certificates = StartCertificates(listen);
        if (!certificates.IsOk)
        {
            return certificates.Error;
        }

        _parts.Push(new Part(certificates.Value));
        _served = certificates.Value;
        var audience = new AudienceNames(certificates.Value.Current.Names);
        certificates.Value.Changed += certificate => audience.Replace(certificate.Names);
        var authenticator = new HmacAuthenticator(
            _accountKeys.Directory, audience, new ReplayCacheOptions(), _environment.Time, _environment.Random, tokens);
        _parts.Push(new Part(authenticator));
        Reencryption reencryption = MakeReencryption(tokenKeys.Value);
        _parts.Push(reencryption);
        var encryptionKeys = new EncryptionKeys(_ring, root, _coordinator, reencryption, MakeClusterKeys());
        _parts.Push(new Part(encryptionKeys));

        var admission = new Admission(_options.Limits.Requests, _options.Limits.RequestBytes, OverloadRetryAfter);
        Result<MetricsExport?> export = StartMetrics(authenticator, certificates.Value, admission, reencryption);
        if (!export.IsOk)
        {
            return export.Error;
        }

        IReadOnlyList<IPEndPoint> endpoints = await listen.ResolveAsync(cancellationToken).ConfigureAwait(false);
        var activities = new ActivityIds(_environment.Random);
        _listener = ClientListener.Create(
            endpoints, _options.Limits, () => Handshake(certificates.Value),
            new RequestPipeline(authenticator, MakeServices(encryptionKeys, tokenKeys.Value, tokens, admission), _logger), admission, activities, _serverMetrics, export.Value, _health,
            reflection: _options.Dev, _environment.Time, _environment.Loggers);
        _parts.Push(_listener);
        _coordinator.Start();
        if (_record.State == NodeState.Creating)
        {
            // All of it is there; what is acknowledged next must outlive a crash.
            WriteRecord(_record with { State = NodeState.Running, KeyRingGeneration = _ring.Generation });
        }

        Endpoint = (await _listener.StartAsync(cancellationToken).ConfigureAwait(false))[0];
        if (await JoinInAsync(tokenKeys.Value, cancellationToken).ConfigureAwait(false) is { } unknown)
        {
            return unknown;
        }

        reencryption.Resume();
        SetHealth(HealthCheckResponse.Types.ServingStatus.Serving);
        _ = WatchAsync();
        await WriteConnectionFileAsync(cancellationToken).ConfigureAwait(false);

        Log.Serving(_logger, Endpoint);
        return null;
    }

    private async Task WriteConnectionFileAsync(CancellationToken cancellationToken)
    {
        if (_options.ConnectionFile is { } path)
        {
            (await GetConnectionAsync(cancellationToken).ConfigureAwait(false)).Write(_environment.Files, path);
        }
    }

    private NodeServices MakeServices(EncryptionKeys encryptionKeys, TokenKeyStore tokenKeys, ResourceTokens tokens, Admission admission)
    {
        var seal = TokenSeal.ForContinuations(_ring);
        return new NodeServices
        {
            Routes = new CatalogRoutes(Catalog, _shards),
            Freshness = new CatalogFreshness(ControlSlot),
            Lease = _lease,
            Random = _environment.Random,
            Admission = admission,
            StreamOperations = _options.Limits.StreamOperations,
            Draining = _draining.Token,
            Metrics = _serverMetrics,
            Consistency = new ConsistencyRules(Catalog, new SessionTokens(TokenSeal.ForSessions(_ring))),
            Lister = new ItemLister(seal),
            Queries = new QueryRunner(seal, new IndexPlanner(), new QueryServing(), _environment.Time, _environment.Random),
            Control = new ControlServices
            {
                Coordinator = _coordinator,
                Catalog = Catalog,
                AccountKeys = _accountKeys,
                TokenKeys = tokenKeys,
                Tokens = tokens,
                EncryptionKeys = encryptionKeys,
                Cluster = MakeClusterServices(),
                Seal = seal,
                Nodes = new NodesOfCatalog(Catalog, shard => _shards.TryGetValue(shard, out IDataShard? found) ? found.LeaderNode : default),
                Time = _environment.Time,
            },
        };
    }

    private Reencryption MakeReencryption(TokenKeyStore tokenKeys) => new(
        new ReencryptionParts
        {
            Ring = _ring,
            Log = _log,
            Control = Catalog,
            Shards = () => [.. DataShards.Select(shard => _stores.Of(shard).Encryption)],
            Replicas = () => [.. CurrentReplicas],
            Checkpoints = () => Catalog.Machine.Checkpoints,
            AccountKeys = _accountKeys,
            TokenKeys = tokenKeys,
            Certificates = _port is null ? _ownCertificates : _authority,
            Time = _environment.Time,
        },
        _coordinator,
        _logger);

    private Result<ServerCertificateSource> StartCertificates(ListenAddress listen)
    {
        ILogger logger = _environment.Loggers.CreateLogger("Nacre.Security");
        if (OpenAuthority(listen) is { } noName)
        {
            return noName;
        }

        if (_options.Tls is { CertificateFile: { } certificate, KeyFile: { } key })
        {
            return ServerCertificateSource.Start(new OperatorCertificates(certificate, key), _environment.Time, logger);
        }

        _ownCertificates = _authority;
        CaCertificatePath = _ownCertificates.CaCertificatePath;
        return ServerCertificateSource.Start(_ownCertificates, _environment.Time, logger);
    }

    /// <summary>The cluster's own authority; opened once, whatever it signs for.</summary>
    private NacreError? OpenAuthority(ListenAddress listen)
    {
        string[] shown = _options.Address is { } told && ListenAddress.TryParse(told, out ListenAddress reached) ? [reached.Host] : [];
        string[] names = [.. _options.Tls.Names, .. shown, .. listen.IsAnywhere ? (string[])[] : [listen.Host]];
        if (names.FirstOrDefault(name => !OwnCertificates.IsName(name)) is { } noName)
        {
            return new NacreError(ErrorCode.Malformed, $"tls.names: '{noName}' is neither an address nor a host name.");
        }

        _authority ??= new OwnCertificates(
            _environment.Files, _folder.Tls, NewSealer(), _record.Cluster, names, _environment.Time, _environment.Random);
        return null;
    }

    private SecretSealer NewSealer() => new(_ring, KeyDomainId.Shared, _environment.Random);

    private static SslServerAuthenticationOptions Handshake(ServerCertificateSource certificates)
    {
        SslServerAuthenticationOptions options = certificates.ServerOptions();
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        return options;
    }

    /// <summary>A shard that failed makes the node unhealthy: it serves what it still can, and somebody must look.</summary>
    private async Task WatchAsync()
    {
        (ShardId shard, NacreError reason) = await Failed.ConfigureAwait(false);
        SetHealth(HealthCheckResponse.Types.ServingStatus.NotServing);
        Log.ShardFailed(_logger, shard, reason.Code, reason.Message);
    }
}

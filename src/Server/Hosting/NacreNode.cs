using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Catalogue;
using Nacre.Security.Keys;
using Nacre.Server.Administration;
using Nacre.Server.DataFolder;
using Nacre.Server.Options;
using Nacre.Server.Peers;
using Nacre.Server.Wire;

namespace Nacre.Server.Hosting;

/// <summary>
/// One node: opens a data folder, joins log, shards, keys and wire, serves until it is stopped. A program holds one or
/// several, each over a folder of its own.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed partial class NacreNode : IAsyncDisposable
{
    // Invariants:
    // - nothing is served before every shard has recovered and applied an entry of this start;
    // - the node file says Clean only after every shard was checkpointed and the log was sealed;
    // - a folder that was found to be an older copy is never marked as anything else again.
    private readonly NodeOptions _options;
    private readonly NodeEnvironment _environment;
    private readonly ILogger _logger;
    private readonly HealthServiceImpl _health = new();
    private readonly CancellationTokenSource _draining = new();
    private readonly Stack<IAsyncDisposable> _parts = new();
    private NodeFolder _folder = null!;
    private KeyRing _ring = null!;
    private NodeRecord _record = null!;
    private ReplicaHost _host = null!;
    private CatalogCoordinator _coordinator = null!;
    private AccountKeyStore _accountKeys = null!;
    private ClientListener _listener = null!;
    private int _stopped;

    private NacreNode(NodeOptions options, NodeEnvironment environment)
    {
        _options = options;
        _environment = environment;
        _logger = environment.Loggers.CreateLogger("Nacre.Server");
    }

    /// <summary>Where clients reach it.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The one line that a server prints when it serves.</summary>
    public string ReadyLine => $"ready https://{Endpoint.Authority}";

    /// <summary>The certificate authority's PEM file for clients to trust; null where the operator gave the certificate.</summary>
    public string? CaCertificatePath { get; private set; }

    /// <summary>Ends when a shard has failed, with the reason; the node then serves what it still can and is no longer healthy. Never faults.</summary>
    public Task<(ShardId Shard, NacreError Reason)> Failed => _host.Faulted;

    /// <summary>
    /// Ends, with what to do, when another node remembers more of this one than the data folder had at its start (OlderCopy).
    /// The node takes no part in its shards from then on, and is to be stopped. Never faults.
    /// </summary>
    public Task<NacreError> FoundOlderCopy => _foundOlderCopy.Task;

    /// <summary>This node's replicas at a glance.</summary>
    public IReadOnlyList<Replication.ReplicaStatus> Replicas => [.. _slots.Select(slot => slot.Status)];

    /// <summary>What clients on this machine need to connect. It holds keys: show it to nobody else.</summary>
    public Task<ConnectionFile> GetConnectionAsync(CancellationToken cancellationToken)
    {
        string own = $"https://{Endpoint.Authority}";
        IReadOnlyList<string> others = [.. new NodesOfCatalog(Catalog).Active.Where(other => other != ClientAddress && other != own)];
        return _accountKeys.WithKeysAsync(
            keys => new ConnectionFile(
                own,
                keys[Core.Control.AccountKeyKind.Primary].Reveal(),
                keys[Core.Control.AccountKeyKind.PrimaryReadOnly].Reveal(),
                CaCertificatePath)
            {
                Endpoints = others.Count > 0 ? others : null,
            },
            cancellationToken);
    }

    private void SetHealth(HealthCheckResponse.Types.ServingStatus status)
    {
        _health.SetStatus("", status);
        foreach (Google.Protobuf.Reflection.ServiceDescriptor service in Commands.Services)
        {
            _health.SetStatus(service.FullName, status);
        }
    }

    /// <summary>A part's synchronous disposal among the others, in the order of their making.</summary>
    private sealed class Part(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return default;
        }
    }
}

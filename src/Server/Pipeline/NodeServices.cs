using Nacre.Core.Time;
using Nacre.Replication.Leases;
using Nacre.Server.Administration;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Queries;
using Nacre.Server.Routing;
using Nacre.Server.Telemetry;

namespace Nacre.Server.Pipeline;

/// <summary>What handlers work with: the node's parts, joined once at its start.</summary>
internal sealed class NodeServices
{
    /// <summary>Finds containers.</summary>
    public required IRoutes Routes { get; init; }

    /// <summary>Waits for the newest catalogue where other nodes change it.</summary>
    public CatalogFreshness Freshness { get; init; } = CatalogFreshness.Always;

    /// <summary>The node's leave to serve; null: it needs none.</summary>
    public AuthorisationLease? Lease { get; init; }

    /// <summary>Chance.</summary>
    public required IRandomSource Random { get; init; }

    /// <summary>Bounds what is held for all callers together.</summary>
    public required Admission Admission { get; init; }

    /// <summary>Operations of one stream sent and not yet answered.</summary>
    public required int StreamOperations { get; init; }

    /// <summary>Ends when the node begins to drain.</summary>
    public required CancellationToken Draining { get; init; }

    /// <summary>Measures.</summary>
    public required ServerMetrics Metrics { get; init; }

    /// <summary>What reads are promised.</summary>
    public required ConsistencyRules Consistency { get; init; }

    /// <summary>Lists items.</summary>
    public required ItemLister Lister { get; init; }

    /// <summary>Answers queries.</summary>
    public required QueryRunner Queries { get; init; }

    /// <summary>What the handlers of databases, containers and the account work with.</summary>
    public required ControlServices Control { get; init; }
}

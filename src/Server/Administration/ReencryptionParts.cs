using Nacre.Core.Control;
using Nacre.Replication;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Storage.Control;
using Nacre.Storage.Documents;
using Nacre.Storage.SharedLog;

namespace Nacre.Server.Administration;

/// <summary>Everything on a node that holds something sealed under a data key.</summary>
internal sealed class ReencryptionParts
{
    /// <summary>The keys.</summary>
    public required KeyRing Ring { get; init; }

    /// <summary>The log.</summary>
    public required SegmentedLog Log { get; init; }

    /// <summary>The catalogue.</summary>
    public required ICatalogReader Control { get; init; }

    /// <summary>The control shard's checkpoints.</summary>
    public required Func<IReadOnlyList<ControlCheckpoint>> Checkpoints { get; init; }

    /// <summary>The data shards' stores.</summary>
    public required Func<IReadOnlyCollection<IShardEncryption>> Shards { get; init; }

    /// <summary>The replicas of all shards, which take checkpoints.</summary>
    public required Func<IReadOnlyCollection<ShardReplica>> Replicas { get; init; }

    /// <summary>The account's keys, sealed in the catalogue.</summary>
    public required AccountKeyStore AccountKeys { get; init; }

    /// <summary>The keys of resource tokens, sealed in the catalogue.</summary>
    public required TokenKeyStore TokenKeys { get; init; }

    /// <summary>The sealed certificate authority; null where the operator gave the certificate.</summary>
    public required OwnCertificates? Certificates { get; init; }

    /// <summary>The clock of the pauses between rounds.</summary>
    public required TimeProvider Time { get; init; }
}

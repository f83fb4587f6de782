namespace Nacre.Server.Hosting;

/// <summary>Whom a new node joins, and where it will be reached.</summary>
public sealed record JoinOptions
{
    /// <summary>Nodes of the cluster, where they serve clients: <c>https://HOST:PORT</c>. One or more; the next is asked when one does not answer.</summary>
    public required IReadOnlyList<Uri> Servers { get; init; }

    /// <summary>As <c>nacre node token</c> printed it. A secret.</summary>
    public required string Token { get; init; }

    /// <summary>Where other nodes will reach this one: <c>HOST:PORT</c>.</summary>
    public required string NodeAddress { get; init; }

    /// <summary>Where clients will reach this one: <c>HOST:PORT</c>.</summary>
    public required string ClientAddress { get; init; }

    /// <summary>Where it stands; from 1.</summary>
    public uint Region { get; init; } = 1;

    /// <summary>Whether its replicas are to get everything and not vote.</summary>
    public bool Learner { get; init; }
}

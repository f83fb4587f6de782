using System.ComponentModel.DataAnnotations;

namespace Nacre.Server.Options;

/// <summary>What a node takes on at once. Beyond a limit callers are refused with Overloaded and a retry hint.</summary>
public sealed record LimitOptions
{
    /// <summary>Client connections, 1 to 100,000. Default 1,000. Change: restart.</summary>
    [Range(1, 100_000, ErrorMessage = "limits.connections: {1} to {2}.")]
    public int Connections { get; init; } = 1_000;

    /// <summary>Requests open on one connection, 1 to 10,000; more wait at the client. Default 256. Change: restart.</summary>
    [Range(1, 10_000, ErrorMessage = "limits.requestsPerConnection: {1} to {2}.")]
    public int RequestsPerConnection { get; init; } = 256;

    /// <summary>Requests being served at once, 1 to 100,000; an item stream counts as one. Default 4,096. Change: restart.</summary>
    [Range(1, 100_000, ErrorMessage = "limits.requests: {1} to {2}.")]
    public int Requests { get; init; } = 4_096;

    /// <summary>Bytes of requests being read or served at once, 4 MiB to 64 GiB. Default 256 MiB. Change: restart.</summary>
    [Range(4L << 20, 64L << 30, ErrorMessage = "limits.requestBytes: {1} to {2}.")]
    public long RequestBytes { get; init; } = 256L << 20;

    /// <summary>Bytes of all headers of a request, 4 KiB to 1 MiB. Default 16 KiB. Change: restart.</summary>
    [Range(4 << 10, 1 << 20, ErrorMessage = "limits.headerBytes: {1} to {2}.")]
    public int HeaderBytes { get; init; } = 16 << 10;

    /// <summary>Operations of one item stream sent and not yet answered, 1 to 65,536. Default 1,024. Change: restart.</summary>
    [Range(1, 65_536, ErrorMessage = "limits.streamOperations: {1} to {2}.")]
    public int StreamOperations { get; init; } = 1_024;

    /// <summary>Bytes a second that the node fetches of one snapshot from another node, 1 MiB to 64 GiB. Default 64 MiB. Change: restart.</summary>
    [Range(1L << 20, 64L << 30, ErrorMessage = "limits.snapshotBytesPerSecond: {1} to {2}.")]
    public long SnapshotBytesPerSecond { get; init; } = 16L << 20;

    /// <summary>Seconds that open requests get to finish when the node stops, 0 to 3,600. Default 20. Change: restart.</summary>
    [Range(0, 3_600, ErrorMessage = "limits.drainSeconds: {1} to {2}.")]
    public int DrainSeconds { get; init; } = 20;
}

using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Nacre.Client;

/// <summary>How a <see cref="NacreClient"/> behaves. Fixed once the client is made.</summary>
public sealed record NacreClientOptions
{
    /// <summary>How item operations travel. Default: <see cref="NacreTransport.Unary"/>. Lists and administration are always unary.</summary>
    public NacreTransport Transport { get; init; }

    /// <summary>
    /// What reads promise that do not say so themselves: the account's level or a weaker one. Null, the default: the account's.
    /// Set it to <see cref="ConsistencyLevel.Session"/> in a client that reads at session level, so that it keeps count of its
    /// writes from the first one on; one that begins later has its reads ask the leader.
    /// </summary>
    public ConsistencyLevel? Consistency { get; init; }

    /// <summary>Time for one operation with all its repetitions. Default 30 s; 1 ms to 1 hour.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often an operation is repeated at most when its error's rule allows it. Default 8; 0 to 100. Where several nodes
    /// are known, each time goes at once from a node that failed to the next good one; with 0 it does not.
    /// </summary>
    public int MaxRetries { get; init; } = 8;

    /// <summary>Pause before the first repetition, before jitter; it doubles with each. Default 50 ms; 1 ms to 1 minute.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause without a hint of the server. Default 5 s; from <see cref="RetryDelay"/> to 5 minutes.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// True, the default: the client asks the server for the cluster's other nodes, at its first operation, after failures
    /// and every 30 s while it is in use, and goes to them when a node fails, and where they lead. They must prove themselves as the first one
    /// does. False: only the connection's own endpoints are ever dialled.
    /// </summary>
    public bool DiscoverNodes { get; init; } = true;

    /// <summary>
    /// Time that a node has to take a connection, and then to begin the TLS handshake, while another one is known. Default
    /// 1 s; 10 ms to 10 s. It doubles with each failure, up to the 10 s that a server has which is the only one known.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long one node may keep silent on a request while another one is known; then the client goes there. Default 10 s;
    /// 100 ms to 10 minutes; longer where the line is so slow that a document or page takes as long. One whose machine is
    /// gone is left sooner, after about 5 s. A server that is the only one known has all of <see cref="Timeout"/>.
    /// </summary>
    public TimeSpan NodeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Most operations that a stream has sent and not yet seen answered; the server's own limit holds too.
    /// Default 1,024; 1 to 65,536. More wait in the client.
    /// </summary>
    public int MaxOpenOperations { get; init; } = 1024;

    /// <summary>
    /// How typed items become JSON. Default: web defaults (camelCase names) by reflection. A trimmed or natively
    /// compiled program gives options with a source-generated <see cref="System.Text.Json.Serialization.JsonSerializerContext"/> here,
    /// or uses the overloads that take a <see cref="System.Text.Json.Serialization.Metadata.JsonTypeInfo{T}"/>.
    /// </summary>
    public JsonSerializerOptions? SerializerOptions { get; init; }

    /// <summary>
    /// For a client that bears a resource token: gets another, as <see cref="ResourceToken.Token"/> of the same permission,
    /// from whoever gave the first one out. Called before the token ends, and once when the server refuses it; by one caller
    /// at a time. Null: when the token ends, so does the client's access.
    /// </summary>
    /// <remarks>It counts against the time of the operation that waits for it. While the present token lasts, a failure is logged and it is called again later.</remarks>
    public Func<CancellationToken, Task<string>>? TokenRefresh { get; init; }

    /// <summary>Where the client logs connections and repetitions; null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The clock for signatures, deadlines and pauses. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        if (!Enum.IsDefined(Transport))
        {
            throw new ArgumentOutOfRangeException(nameof(Transport), Transport, "Transport is Unary or Stream.");
        }

        if (Consistency is { } level && !Enum.IsDefined(level))
        {
            throw new ArgumentOutOfRangeException(nameof(Consistency), level, "Consistency is one of the five levels, or null.");
        }

        InRange(Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(Timeout));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRetries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxRetries, 100);
        InRange(RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(RetryDelay));
        InRange(MaxRetryDelay, RetryDelay, TimeSpan.FromMinutes(5), nameof(MaxRetryDelay));
        InRange(ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10), nameof(ConnectTimeout));
        InRange(NodeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), nameof(NodeTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOpenOperations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxOpenOperations, 65_536);
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }

    private static void InRange(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} lies between {least} and {most}.");
        }
    }
}

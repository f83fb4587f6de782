using System.ComponentModel.DataAnnotations;

namespace Nacre.Server.Options;

/// <summary>
/// How a node runs. Defaults are overridden by the configuration file, that by the environment, that by the command
/// line. Secrets are never here, only references to them.
/// </summary>
public sealed record NodeOptions
{
    private const string AddressPattern = @"^(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):[0-9]{1,5}$";

    /// <summary>The data folder. Required. Change: restart; the folder may be moved while the node is stopped.</summary>
    [Required(ErrorMessage = "data: the data folder must be named (--data DIR).")]
    public string Data { get; init; } = "";

    /// <summary>Where clients are served: a host name or address and a port; port 0 takes a free one. Default 127.0.0.1:8081. Change: restart.</summary>
    [RegularExpression(AddressPattern, ErrorMessage = "listen: write HOST:PORT, such as 127.0.0.1:8081.")]
    public string Listen { get; init; } = "127.0.0.1:8081";

    /// <summary>Where clients reach the node, HOST:PORT, when that is not what it listens on: what other nodes tell clients. Default: <see cref="Listen"/>. Change: restart.</summary>
    [RegularExpression(AddressPattern, ErrorMessage = "address: write HOST:PORT, such as db1.example.org:8081.")]
    public string? Address { get; init; }

    /// <summary>Where other nodes are served, HOST:PORT; port 0 takes a free one. Default: nowhere; the node stays alone. Change: restart.</summary>
    [RegularExpression(AddressPattern, ErrorMessage = "nodeListen: write HOST:PORT, such as 10.0.0.5:8082.")]
    public string? NodeListen { get; init; }

    /// <summary>Where other nodes reach the node, HOST:PORT, when that is not what it listens on. Default: <see cref="NodeListen"/>. Change: restart.</summary>
    [RegularExpression(AddressPattern, ErrorMessage = "nodeAddress: write HOST:PORT, such as db1.example.org:8082.")]
    public string? NodeAddress { get; init; }

    /// <summary>Where the root key comes from: <c>file:PATH</c> or <c>env:NAME</c>. Required, unless <see cref="Dev"/>. Change: restart, after a root key rotation.</summary>
    public string? RootKey { get; init; }

    /// <summary>For development: makes a root key in the user's configuration folder when none is named, and serves gRPC reflection. Default false. Change: restart.</summary>
    public bool Dev { get; init; }

    /// <summary>Where to write endpoint, keys and certificate path for clients on this machine, mode 0600. Default: nowhere. Change: restart.</summary>
    public string? ConnectionFile { get; init; }

    /// <summary>Data shards of a new data folder, 0 to 64; 0: one a processor core, at most 8. Change: never; a folder keeps the count that it was made with.</summary>
    [Range(0, 64, ErrorMessage = "shards: {1} to {2}.")]
    public int Shards { get; init; }

    /// <summary>Memory for the page caches and buffers of all shards together, in bytes, 64 MiB to 1 TiB; 0: a quarter of the machine's memory, at most 512 MiB. Change: restart.</summary>
    [MemoryBudget]
    public long MemoryBudgetBytes { get; init; }

    /// <summary>Least level of log lines: Trace, Debug, Information, Warning, Error or Critical. Default Information. Change: restart.</summary>
    [RegularExpression("^(Trace|Debug|Information|Warning|Error|Critical)$", ErrorMessage = "logLevel: Trace, Debug, Information, Warning, Error or Critical.")]
    public string LogLevel { get; init; } = "Information";

    /// <summary>How log lines look: <c>json</c>, <c>text</c> for reading, or <c>auto</c>: text on a terminal. Default auto. Change: restart.</summary>
    [RegularExpression("^(auto|json|text)$", ErrorMessage = "logFormat: auto, json or text.")]
    public string LogFormat { get; init; } = "auto";

    /// <summary>What the node takes on at once.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>The server's certificate.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>Who gets the node's metrics.</summary>
    public MetricsOptions Metrics { get; init; } = new();
}

using System.Collections;
using System.CommandLine;
using Nacre.Cli.Hosting;
using Nacre.Core.Errors;
using Nacre.Server.Options;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre server</c></summary>
internal static class ServerCommand
{
    public static Command Make(GlobalOptions global)
    {
        Option<string?> data = new("--data") { Description = "The data folder; made when it is not there.", HelpName = "DIR" };
        Option<string?> listen = new("--listen") { Description = "Where clients are served; port 0 takes a free one. Default: 127.0.0.1:8081.", HelpName = "HOST:PORT" };
        Option<string?> config = new("--config") { Description = "Configuration file, JSON. The environment (NACRE_…) goes over it, the command line over both.", HelpName = "FILE" };
        Option<string?> rootKey = new("--root-key")
        {
            Description = "Where the root key comes from: file:PATH, sealed under a passphrase, or env:NAME, 32 bytes in base64.",
            HelpName = "file:PATH|env:NAME",
        };
        Option<bool> dev = new("--dev") { Description = "For development: makes a root key in your configuration folder, and serves gRPC reflection." };
        Option<string?> connectionFile = new("--connection-file") { Description = "Writes what clients on this machine need, with mode 0600.", HelpName = "FILE" };
        Option<int?> shards = new("--shards") { Description = "Data shards of a new data folder, 1 to 64. Default: one a processor core, at most 8.", HelpName = "N" };
        Option<string?> logLevel = new("--log-level") { Description = "Trace, Debug, Information, Warning, Error or Critical. Default: Information.", HelpName = "LEVEL" };
        Option<string?> logFormat = new("--log-format") { Description = "auto (text on a terminal, else JSON), json or text. Default: auto.", HelpName = "FORMAT" };
        Option<string?> metricsToken = new("--metrics-token-file") { Description = "Serves /metrics to whoever sends the bearer token in this file.", HelpName = "FILE" };
        return new Command("server", "Runs the daemon. It prints 'ready https://HOST:PORT' when it serves; SIGTERM drains and stops it.")
            .With(data, listen, config, rootKey, dev, connectionFile, shards, logLevel, logFormat, metricsToken)
            .Runs(async (parsed, cancellationToken) =>
            {
                KeyValuePair<string, string?>[] settings =
                [
                    new(nameof(NodeOptions.Data), parsed.GetValue(data)),
                    new(nameof(NodeOptions.Listen), parsed.GetValue(listen)),
                    new(nameof(NodeOptions.RootKey), parsed.GetValue(rootKey)),
                    new(nameof(NodeOptions.Dev), parsed.GetValue(dev) ? "true" : null),
                    new(nameof(NodeOptions.ConnectionFile), parsed.GetValue(connectionFile)),
                    new(nameof(NodeOptions.Shards), parsed.GetValue(shards)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    new(nameof(NodeOptions.LogLevel), parsed.GetValue(logLevel)),
                    new(nameof(NodeOptions.LogFormat), parsed.GetValue(logFormat)),
                    new($"{nameof(NodeOptions.Metrics)}:{nameof(MetricsOptions.TokenFile)}", parsed.GetValue(metricsToken)),
                ];
                IDictionary environment = Environment.GetEnvironmentVariables();
                Result<NodeOptions> options = NodeConfiguration.Load(parsed.GetValue(config), environment, settings);
                return options.IsOk
                    ? await ServerRun.RunAsync(global.Terminal, options.Value, cancellationToken).ConfigureAwait(false)
                    : throw CliException.Usage(options.Error.Message);
            });
    }
}

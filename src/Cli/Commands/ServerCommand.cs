using System.CommandLine;
using Nacre.Cli.Hosting;
using Nacre.Server.Options;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre server</c></summary>
internal static class ServerCommand
{
    public static Command Make(GlobalOptions global)
    {
        var folder = new DataFolderOptions("The data folder; made when it is not there.");
        Option<string?> listen = new("--listen") { Description = "Where clients are served; port 0 takes a free one. Default: 127.0.0.1:8081.", HelpName = "HOST:PORT" };
        Option<string?> address = new("--address") { Description = "Where clients reach the node, when that is not what it listens on.", HelpName = "HOST:PORT" };
        Option<string?> nodeListen = new("--node-listen") { Description = "Where other nodes are served. Default: nowhere; the node stays alone.", HelpName = "HOST:PORT" };
        Option<string?> nodeAddress = new("--node-address") { Description = "Where other nodes reach the node, when that is not what it listens on.", HelpName = "HOST:PORT" };
        Option<string?> connectionFile = new("--connection-file") { Description = "Writes what clients on this machine need, with mode 0600.", HelpName = "FILE" };
        Option<int?> shards = new("--shards") { Description = "Data shards of a new data folder, 1 to 64. Default: one a processor core, at most 8.", HelpName = "N" };
        Option<string?> logLevel = new("--log-level") { Description = "Trace, Debug, Information, Warning, Error or Critical. Default: Information.", HelpName = "LEVEL" };
        Option<string?> logFormat = new("--log-format") { Description = "auto (text on a terminal, else JSON), json or text. Default: auto.", HelpName = "FORMAT" };
        Option<string?> metricsToken = new("--metrics-token-file") { Description = "Serves /metrics to whoever sends the bearer token in this file.", HelpName = "FILE" };
        return new Command("server", "Runs the daemon. It prints 'ready https://HOST:PORT' when it serves; SIGTERM drains and stops it.")
            .With(folder.Data, listen, address, nodeListen, nodeAddress, folder.Config, folder.RootKey, folder.Dev, connectionFile, shards, logLevel, logFormat, metricsToken)
            .Runs(async (parsed, cancellationToken) =>
            {
                KeyValuePair<string, string?>[] settings =
                [
                    new(nameof(NodeOptions.Listen), parsed.GetValue(listen)),
                    new(nameof(NodeOptions.Address), parsed.GetValue(address)),
                    new(nameof(NodeOptions.NodeListen), parsed.GetValue(nodeListen)),
                    new(nameof(NodeOptions.NodeAddress), parsed.GetValue(nodeAddress)),
                    new(nameof(NodeOptions.ConnectionFile), parsed.GetValue(connectionFile)),
                    new(nameof(NodeOptions.Shards), parsed.GetValue(shards)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    new(nameof(NodeOptions.LogLevel), parsed.GetValue(logLevel)),
                    new(nameof(NodeOptions.LogFormat), parsed.GetValue(logFormat)),
                    new($"{nameof(NodeOptions.Metrics)}:{nameof(MetricsOptions.TokenFile)}", parsed.GetValue(metricsToken)),
                ];
                NodeOptions options = folder.Load(parsed, settings);
                return await ServerRun.RunAsync(global.Terminal, options, cancellationToken).ConfigureAwait(false);
            });
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Server.Hosting;
using Nacre.Server.Options;

namespace Nacre.Cli.Hosting;

/// <summary>Runs a node as this process: ready line, service manager, drain.</summary>
internal static class ServerRun
{
    /// <summary>Serves until it is stopped.</summary>
    /// <param name="terminal">The ready line goes to its output; the log, as JSON where nobody watches, to its error.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="stop">SIGTERM or SIGINT.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Terminal terminal, NodeOptions options, CancellationToken stop)
    {
        using ILoggerFactory loggers = MakeLoggers(terminal, options);
        var environment = new NodeEnvironment { Loggers = loggers, Passphrase = Passphrases.Find(terminal) };
        Result<NacreNode> started = await NacreNode.StartAsync(options, environment, stop).ConfigureAwait(false);
        if (!started.IsOk)
        {
            throw ErrorAdvice.Failure(started.Error);
        }

        await using NacreNode node = started.Value;
        var manager = new SystemdNotifier();
        await terminal.Output.WriteLineAsync(node.ReadyLine).ConfigureAwait(false);
        if (options.Dev && terminal.ErrorIsTerminal)
        {
            ConnectionFile connection = await node.GetConnectionAsync(stop).ConfigureAwait(false);
            await terminal.Error.WriteLineAsync(connection.ToConnectionString()).ConfigureAwait(false);
        }

        manager.Notify(ServiceState.Ready);
        await WaitAsync(node, stop).ConfigureAwait(false);
        manager.Notify(ServiceState.Stopping);
        await node.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return node.FoundOlderCopy.IsCompleted
            ? throw ErrorAdvice.Failure(await node.FoundOlderCopy.ConfigureAwait(false))
            : node.Failed.IsCompleted ? ExitCode.Refused : ExitCode.Done;
    }

    /// <summary>
    /// A shard that failed by its disk leaves a node that serves what it can; one that failed by a bug must not go on, nor a node
    /// over an older copy.
    /// </summary>
    private static async Task WaitAsync(NacreNode node, CancellationToken stop)
    {
        Task stopped = Task.WhenAny(Task.Delay(Timeout.Infinite, stop), node.FoundOlderCopy);
        if (await Task.WhenAny(stopped, node.Failed).ConfigureAwait(false) == node.Failed &&
            (await node.Failed.ConfigureAwait(false)).Reason.Code != ErrorCode.Internal)
        {
            await stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static ILoggerFactory MakeLoggers(Terminal terminal, NodeOptions options) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(Enum.Parse<LogLevel>(options.LogLevel));
        // What Kestrel says of each connection is for those who look for a fault.
        logging.AddFilter("Microsoft.AspNetCore", level => level >= LogLevel.Warning || options.LogLevel is "Trace" or "Debug");
        // Merely listening to it makes ASP.NET start an activity and a scope for each request; the pipeline names requests.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Whoever sends rubbish must not fill the log: what this library calls an error is a caller's.
        logging.AddFilter("Grpc", LogLevel.None);
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.LogFormat == "text" || (options.LogFormat == "auto" && terminal.ErrorIsTerminal))
        {
            logging.AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.UseUtcTimestamp = true;
                line.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
        else
        {
            logging.AddJsonConsole(line =>
            {
                line.UseUtcTimestamp = true;
                line.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                // A log is no web page: quotes and umlauts stay readable.
                line.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            });
        }
    });
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Keys;
using Nacre.Server.Options;

namespace Nacre.Server.Hosting;

/// <summary>Runs a node as a program's one work: logs to standard error as JSON lines, tells the service manager, stops when it is told to.</summary>
public static class NodeRunner
{
    /// <summary>Runs a node until it is told to stop, or a bug stops it.</summary>
    /// <param name="options">Options as <see cref="NodeConfiguration.Load"/> gave them.</param>
    /// <param name="passphrase">Gives the passphrase of a root key in a sealed file; null: nobody can be asked.</param>
    /// <param name="output">Gets one line, <c>ready https://HOST:PORT</c>, when the node serves.</param>
    /// <param name="announce">Gets the connection string of a development server, for a person at a terminal; null: nobody is there.</param>
    /// <param name="stop">Ends it in order: SIGTERM, or an interrupt.</param>
    /// <returns>Done after a stop in order; or why the node did not start, or could not go on.</returns>
    public static async Task<Result<Unit>> RunAsync(
        NodeOptions options, IPassphraseSource? passphrase, TextWriter output, TextWriter? announce, CancellationToken stop)
    {
        using ILoggerFactory loggers = CreateLoggers(Enum.Parse<LogLevel>(options.LogLevel));
        var environment = new NodeEnvironment { Loggers = loggers, Passphrase = passphrase };
        Result<NacreNode> started = await NacreNode.StartAsync(options, environment, stop).ConfigureAwait(false);
        if (!started.IsOk)
        {
            return started.Error;
        }

        await using NacreNode node = started.Value;
        var manager = new SystemdNotifier();
        if (announce is not null && options.Dev)
        {
            ConnectionFile connection = await node.GetConnectionAsync(stop).ConfigureAwait(false);
            await announce.WriteLineAsync(connection.ToConnectionString()).ConfigureAwait(false);
        }

        await output.WriteLineAsync(node.ReadyLine).ConfigureAwait(false);
        await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        manager.Notify(ServiceState.Ready);

        NacreError? bug = await WaitAsync(node, stop).ConfigureAwait(false);
        manager.Notify(ServiceState.Stopping);
        await node.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return bug is null ? Unit.Value : bug;
    }

    /// <summary>A shard that failed by its disk leaves a node that serves what it can; one that failed by a bug must not go on.</summary>
    private static async Task<NacreError?> WaitAsync(NacreNode node, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = stop.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped);
        if (await Task.WhenAny(stopped.Task, node.Failed).ConfigureAwait(false) == node.Failed)
        {
            (ShardId _, NacreError reason) = await node.Failed.ConfigureAwait(false);
            if (reason.Code == ErrorCode.Internal)
            {
                return reason;
            }

            await stopped.Task.ConfigureAwait(false);
        }

        return null;
    }

    private static ILoggerFactory CreateLoggers(LogLevel least) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(least)
        // Whoever sends rubbish must not fill the log: what these libraries call an error is a caller's.
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Grpc", LogLevel.None)
        .AddJsonConsole(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}

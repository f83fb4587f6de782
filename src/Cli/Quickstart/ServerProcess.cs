using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nacre.Cli.Quickstart;

/// <summary>A server in a process of its own: this program once more.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int KeptLogLines = 20;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Queue<string> _log = new();

    private ServerProcess(Process process) => _process = process;

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <param name="arguments">Of <c>nacre server</c>.</param>
    /// <param name="configurationFolder">Takes the place of the user's own, so that nothing is left there.</param>
    /// <param name="cancellationToken">Stops the wait, and the server.</param>
    public static async Task<ServerProcess> StartAsync(string[] arguments, string configurationFolder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(ProgramFile())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { ["XDG_CONFIG_HOME"] = configurationFolder },
        };
        foreach (string argument in (string[])["server", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var server = new ServerProcess(Process.Start(start) ?? throw new CliException(ExitCode.Refused, "The server's process did not start."));
        server._process.ErrorDataReceived += (_, line) => server.Keep(line.Data);
        server._process.BeginErrorReadLine();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartTimeout);
        try
        {
            string? ready = await server._process.StandardOutput.ReadLineAsync(patience.Token).ConfigureAwait(false);
            if (ready?.StartsWith("ready ", StringComparison.Ordinal) == true)
            {
                return server;
            }

            await server._process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            throw new CliException(ExitCode.Refused, $"The server did not start. Its last words:\n{server.LastWords()}");
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the server to drain and stop, and waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (SendSignal(_process.Id, SigTerm) != 0)
        {
            throw new CliException(ExitCode.Refused, "The server's process was gone already.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StopTimeout);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        if (_process.ExitCode != ExitCode.Done)
        {
            throw new CliException(ExitCode.CheckFailed, $"The server ended with exit code {_process.ExitCode}. Its last words:\n{LastWords()}");
        }
    }

    /// <summary>Ends the server at once, by SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends the server at once if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
    }

    /// <summary>This program's file; where a test runs it, the one that was built beside the test.</summary>
    public static string ProgramFile() => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "nacre"
        ? path
        : Path.Combine(AppContext.BaseDirectory, "nacre");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private void Keep(string? line)
    {
        lock (_log)
        {
            if (line is not null)
            {
                _log.Enqueue(line);
            }

            if (_log.Count > KeptLogLines)
            {
                _log.Dequeue();
            }
        }
    }

    private string LastWords()
    {
        lock (_log)
        {
            return string.Join('\n', _log);
        }
    }
}

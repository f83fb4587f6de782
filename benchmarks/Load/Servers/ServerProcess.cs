using System.Diagnostics;
using System.Globalization;

namespace Nacre.Benchmarks.Load.Servers;

/// <summary>A server that this driver started, and ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>The operating system's id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a program and waits for a line that says it serves.</summary>
    /// <param name="start">Program and arguments; both outputs are read here.</param>
    /// <param name="ready">Tells the line; null: do not wait.</param>
    /// <param name="timeout">How long to wait for it.</param>
    /// <returns>The process and the line.</returns>
    public static async Task<(ServerProcess Process, string Line)> StartAsync(
        ProcessStartInfo start, Func<string, bool>? ready, TimeSpan timeout)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new Queue<string>();
        void Hear(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is not { } line)
            {
                return;
            }

            lock (last)
            {
                last.Enqueue(line);
                if (last.Count > 20)
                {
                    last.Dequeue();
                }
            }

            if (ready?.Invoke(line) == true)
            {
                said.TrySetResult(line);
            }
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Exited += (_, _) =>
        {
            lock (last)
            {
                said.TrySetException(new InvalidOperationException(
                    $"{start.FileName} ended with {process.ExitCode}:\n{string.Join('\n', last)}"));
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        string text;
        try
        {
            text = ready is null ? "" : await said.Task.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            lock (last)
            {
                throw new InvalidOperationException(
                    $"{start.FileName} does not serve {timeout.TotalSeconds:F0} s after its start:\n{string.Join('\n', last)}");
            }
        }

        return (new ServerProcess(process), text);
    }

    /// <summary>Takes the processor from it, until <see cref="ResumeAsync"/>.</summary>
    public Task HaltAsync() => SignalAsync("STOP");

    /// <summary>Lets it run on.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Ends it at once, as a power cut would end it but for the page cache.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, and ends it when it does not within 30 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // One that was halted hears nothing before it runs on.
            await SignalAsync("TERM");
            await SignalAsync("CONT");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal) => await Tool.RunAsync(
        new ProcessStartInfo("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]));
}

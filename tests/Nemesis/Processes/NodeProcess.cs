using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Nacre.Nemesis.Tests.Processes;

/// <summary>One run of <c>nacre server</c>; what it says goes into a file.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    /// <summary>The program that every node runs.</summary>
    public static string ProgramPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "nacre");

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts one.</summary>
    /// <param name="launcher">What stands before the program: nothing, or a program that becomes it.</param>
    /// <param name="arguments">Of <c>nacre</c>.</param>
    /// <param name="environment">Settings and the root key.</param>
    /// <param name="logFile">Is appended to.</param>
    public NodeProcess(IReadOnlyList<string> launcher, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string logFile)
    {
        string[] line = [.. launcher, ProgramPath, .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        StreamWriter log = File.AppendText(logFile);
        log.AutoFlush = true;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.ErrorDataReceived += (_, said) => Keep(log, said.Data);
        _process.OutputDataReceived += (_, said) =>
        {
            Keep(log, said.Data);
            if (said.Data?.StartsWith("ready ", StringComparison.Ordinal) == true)
            {
                _ready.TrySetResult();
            }
        };
        _process.Exited += (_, _) => _ready.TrySetException(new ViolationException($"A server ended before it served; {logFile} tells why."));
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Ends when it serves; faults when it ends before that.</summary>
    public Task Ready => _ready.Task;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Ends it at once, by SIGKILL.</summary>
    public async Task KillAsync()
    {
        Send(SigKill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, by SIGTERM, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync(TimeSpan patience)
    {
        Send(SigTerm);
        await _process.WaitForExitAsync().WaitAsync(patience);
        return _process.ExitCode;
    }

    /// <summary>Lets it do nothing, by SIGSTOP.</summary>
    public void Pause() => Send(SigStop);

    /// <summary>Lets it go on, by SIGCONT.</summary>
    public void Resume() => Send(SigCont);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static void Keep(StreamWriter log, string? line)
    {
        if (line is not null)
        {
            lock (log)
            {
                log.WriteLine(line);
            }
        }
    }

    private void Send(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"Signal {signal} did not reach process {_process.Id}: error {Marshal.GetLastPInvokeError()}."));
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

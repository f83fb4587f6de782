using System.Diagnostics;
using System.Globalization;

namespace Nacre.Testing;

/// <summary>Delays or fails chosen system calls of a running process, by <c>strace</c>, until it is disposed.</summary>
/// <remarks>Attaching takes root, or a kernel that lets a user trace what is not its child.</remarks>
public sealed class SystemCallFaults : IAsyncDisposable
{
    private const int MostAttempts = 20;

    private readonly Process _tracer;
    private readonly string _log;

    private SystemCallFaults(Process tracer, string log)
    {
        _tracer = tracer;
        _log = log;
    }

    /// <summary>Begins.</summary>
    /// <param name="process">Whose calls.</param>
    /// <param name="call">The name of the system call.</param>
    /// <param name="fault">As strace has it: <c>delay_enter=300000</c>, <c>error=EIO</c>.</param>
    /// <exception cref="FaultUnavailableException">There is no strace, or it may not trace here.</exception>
    public static async Task<SystemCallFaults> BeginAsync(int process, string call, string fault)
    {
        for (int attempt = 1; ; attempt++)
        {
            SystemCallFaults faults = await AttachAsync(process, call, fault);
            if (faults.HasEveryThreadOf(process))
            {
                return faults;
            }

            await faults.DisposeAsync();
            if (attempt == MostAttempts)
            {
                throw new FaultUnavailableException($"strace missed a thread {MostAttempts} times");
            }
        }
    }

    /// <summary>How many calls were met. Complete once disposed.</summary>
    public int Met { get; private set; }

    /// <summary>Lets the process go on undisturbed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_tracer.HasExited)
        {
            // Interrupted, it detaches and writes down what it saw. Where its process was just killed it ends by itself, and what
            // the program then says is of no use to anybody.
            var start = new ProcessStartInfo("kill", ["-INT", _tracer.Id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true };
            using Process interrupt = Process.Start(start)!;
            await interrupt.WaitForExitAsync();
        }

        await _tracer.WaitForExitAsync();
        _tracer.Dispose();
        Met = File.ReadLines(_log).Count(line => line.Contains("(DELAYED)", StringComparison.Ordinal) || line.Contains("(INJECTED)", StringComparison.Ordinal));
        File.Delete(_log);
    }

    private static async Task<SystemCallFaults> AttachAsync(int process, string call, string fault)
    {
        (string program, string? libraries) = Find();
        string log = Path.GetTempFileName();
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        if (libraries is not null)
        {
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        }

        foreach (string argument in (string[])
            ["-f", "-p", process.ToString(CultureInfo.InvariantCulture), "-e", $"trace={call}", "-e", $"inject={call}:{fault}", "-o", log])
        {
            start.ArgumentList.Add(argument);
        }

        Process tracer = Process.Start(start)!;
        string? attached = await tracer.StandardError.ReadLineAsync();
        if (attached?.Contains("attached", StringComparison.Ordinal) != true)
        {
            throw new FaultUnavailableException($"strace may not trace here: {attached}");
        }

        // It tells of every thread; nobody waits for the rest.
        _ = tracer.StandardError.ReadToEndAsync();
        return new SystemCallFaults(tracer, log);
    }

    /// <summary>
    /// strace looks once which threads there are, and a thread that one of them made meanwhile goes on undisturbed. Once all of
    /// them are traced, so are those that they make.
    /// </summary>
    private bool HasEveryThreadOf(int process)
    {
        string traced = string.Create(CultureInfo.InvariantCulture, $"TracerPid:\t{_tracer.Id}");
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                if (!File.ReadLines(Path.Combine(thread, "status")).Contains(traced))
                {
                    return false;
                }
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }

        return true;
    }

    /// <summary>The program on the path, or as tests/install-tools.sh has unpacked it, with the folder of its libraries.</summary>
    private static (string Program, string? Libraries) Find()
    {
        string? onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "strace")).FirstOrDefault(File.Exists);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); onPath is null && folder is not null; folder = folder.Parent)
        {
            string tools = Path.Combine(folder.FullName, "artifacts/tools");
            if (File.Exists(Path.Combine(tools, "strace/usr/bin/strace")))
            {
                return (Path.Combine(tools, "strace/usr/bin/strace"), Path.Combine(tools, "libunwind8/usr/lib/x86_64-linux-gnu"));
            }
        }

        return (onPath ?? throw new FaultUnavailableException(
            "strace is neither on the path nor under artifacts/tools: tests/install-tools.sh fetches it."), null);
    }
}

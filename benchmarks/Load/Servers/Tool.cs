using System.Diagnostics;

namespace Nacre.Benchmarks.Load.Servers;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    /// <summary>Runs it and takes what it prints.</summary>
    /// <returns>Its standard output, without the blanks around it.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {output} {await errors}");
    }
}

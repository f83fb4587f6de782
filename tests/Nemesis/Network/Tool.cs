using System.Diagnostics;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>Runs programs of the system's that end by themselves.</summary>
internal static class Tool
{
    /// <summary>Runs one.</summary>
    /// <returns>Whether it ended with 0, and what it said. A program that is not there has not.</returns>
    public static (bool IsOk, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            using Process run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> errors = run.StandardError.ReadToEndAsync();
            string output = run.StandardOutput.ReadToEnd();
            run.WaitForExit();
            return (run.ExitCode == 0, output + errors.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (false, missing.Message);
        }
    }
}

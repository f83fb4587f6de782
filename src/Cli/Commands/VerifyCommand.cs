using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Hosting;
using Nacre.Cli.Output;
using Nacre.Core.Errors;
using Nacre.Server.DataFolder;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Storage;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre verify --data DIR</c></summary>
internal static class VerifyCommand
{
    // A lost segment file is thousands of documents; JSON has them all.
    private const int MostShown = 100;

    public static Command Make(GlobalOptions global)
    {
        var folder = new DataFolderOptions("The data folder; no server may have it open.");
        return new Command("verify", "Checks every block, tag, index entry and log frame of a data folder that no server has open. Changes nothing.")
            .With(folder.Data, folder.Config, folder.RootKey, folder.Dev)
            .Runs(async (parsed, cancellationToken) =>
            {
                NodeOptions options = folder.Load(parsed, []);
                Terminal terminal = global.Terminal;
                long started = terminal.Time.GetTimestamp();
                var environment = new NodeEnvironment { Passphrase = Passphrases.Find(terminal) };

                // The check computes and waits for the disk: a thread of its own leaves this one to interrupts.
                Result<FolderVerification> verified = await VerifyMeter.RunAsync(
                    terminal,
                    progress => Task.Run(() => FolderVerifier.VerifyAsync(options, environment, progress, cancellationToken), cancellationToken))
                    .ConfigureAwait(false);
                if (!verified.IsOk)
                {
                    throw verified.Error.Code == ErrorCode.NotFound
                        ? CliException.Usage($"{verified.Error.Code}: {verified.Error.Message}")
                        : ErrorAdvice.Failure(verified.Error);
                }

                FolderVerification found = verified.Value;
                global.Results(parsed).Write(
                    Summarise(found, terminal.Time.GetElapsedTime(started)), CliJson.Plain.VerifySummary,
                    console => Print(console, found, terminal.Time.GetElapsedTime(started)));
                return found.IsSound ? ExitCode.Done : ExitCode.CheckFailed;
            });
    }

    private static VerifySummary Summarise(FolderVerification found, TimeSpan elapsed) => new(
        found.IsSound, found.State == NodeState.Clean,
        [.. found.Findings.Where(finding => finding.IsDamage).Select(VerifyFinding.Of)],
        [.. found.Findings.Where(finding => !finding.IsDamage).Select(VerifyFinding.Of)],
        found.Files, found.Bytes, found.Frames, found.Entries, found.Blocks, found.Documents, found.DocumentBytes,
        found.IndexEntries, Math.Round(elapsed.TotalSeconds, 3));

    private static void Print(IAnsiConsole console, FolderVerification found, TimeSpan elapsed)
    {
        PrintFindings(console, "damaged", [.. found.Findings.Where(finding => finding.IsDamage)]);
        PrintFindings(console, "note", [.. found.Findings.Where(finding => !finding.IsDamage)]);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Checked {found.Files:N0} files, {found.Bytes:N0} bytes in {elapsed.TotalSeconds:0.0} s: {found.Blocks:N0} blocks; {found.Frames:N0} log frames with {found.Entries:N0} entries; {found.Documents:N0} documents of {found.DocumentBytes:N0} bytes; {found.IndexEntries:N0} index entries."));
        int damaged = found.Findings.Count(finding => finding.IsDamage);
        console.WriteLine(damaged == 0
            ? "No damage."
            : string.Create(CultureInfo.InvariantCulture, $"Damage in {damaged:N0} places."));
    }

    private static void PrintFindings(IAnsiConsole console, string kind, StorageFinding[] findings)
    {
        foreach (StorageFinding finding in findings.Take(MostShown))
        {
            console.WriteLine($"{kind}: {finding}");
        }

        if (findings.Length > MostShown)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: and {findings.Length - MostShown:N0} more; --output json has all."));
        }
    }
}

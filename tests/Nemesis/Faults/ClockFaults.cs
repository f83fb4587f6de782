using System.Globalization;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>Wall clocks that jump by an hour while the process runs, by libfaketime. Its monotonic clock goes on undisturbed.</summary>
internal static class ClockFaults
{
    private static readonly string[] Libraries = ["usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];

    /// <summary>One node after the other is an hour ahead for a while, the leader first.</summary>
    public static Task ClockAhead(FaultContext context) => JumpAsync(context, "+3600");

    /// <summary>One node after the other is an hour behind for a while, the leader first.</summary>
    public static Task ClockBehind(FaultContext context) => JumpAsync(context, "-3600");

    private static async Task JumpAsync(FaultContext context, string jump)
    {
        string library = Find() ?? throw new FaultUnavailableException(
            "libfaketime is neither installed nor under artifacts/tools: tests/install-tools.sh fetches it");
        Node leader = await context.Cluster.LeaderAsync();
        foreach (Node node in (Node[])[leader, context.Others(leader)[0]])
        {
            string offset = Path.Combine(context.Cluster.Folder, string.Create(CultureInfo.InvariantCulture, $"clock-{node.Number}"));
            await File.WriteAllTextAsync(offset, "+0");
            node.Extra["LD_PRELOAD"] = library;
            node.Extra["FAKETIME_TIMESTAMP_FILE"] = offset;
            node.Extra["FAKETIME_NO_CACHE"] = "1";
            node.Extra["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            try
            {
                await RestartAsync(context, node, isFaked: false);
                await File.WriteAllTextAsync(offset, jump);
                await context.HoldAsync(0.25);
                await File.WriteAllTextAsync(offset, "+0");
                await context.HoldAsync(0.1);
            }
            finally
            {
                node.Extra.Clear();
            }

            await RestartAsync(context, node, isFaked: true);
        }
    }

    private static async Task RestartAsync(FaultContext context, Node node, bool isFaked)
    {
        // Under libfaketime waits may end early, among them the one for a stop in order: such a process is killed.
        await (isFaked ? node.KillAsync() : node.TerminateAsync());
        await node.StartAsync();
        await context.WhenServingAsync();
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (string root in (string[])["artifacts/tools/libfaketime", ""])
            {
                if (Libraries.Select(library => Path.Combine(folder.FullName, root, library)).FirstOrDefault(File.Exists) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }
}

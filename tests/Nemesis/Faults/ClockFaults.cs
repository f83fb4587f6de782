using System.Globalization;
using Nacre.Nemesis.Tests.Network;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>Wall clocks that jump by an hour while the process runs. Its other clocks go on undisturbed: <c>clock-shim.c</c>, which takes a C compiler.</summary>
internal static class ClockFaults
{
    private const long Hour = 3600;
    private static readonly TimeSpan JumpTakesEffect = TimeSpan.FromSeconds(5);

    /// <summary>One node after the other is an hour ahead for a while, the leader first.</summary>
    public static Task ClockAhead(FaultContext context) => JumpAsync(context, Hour);

    /// <summary>One node after the other is an hour behind for a while, the leader first.</summary>
    public static Task ClockBehind(FaultContext context) => JumpAsync(context, -Hour);

    private static async Task JumpAsync(FaultContext context, long seconds)
    {
        string library = Compile(context.Cluster.Folder);
        Node leader = await context.Cluster.LeaderAsync();
        foreach (Node node in (Node[])[leader, context.Others(leader)[0]])
        {
            string shift = Path.Combine(context.Cluster.Folder, string.Create(CultureInfo.InvariantCulture, $"clock-{node.Number}"));
            Set(shift, 0);
            node.Extra["LD_PRELOAD"] = library;
            node.Extra["NEMESIS_CLOCK_SHIFT"] = shift;
            try
            {
                await RestartAsync(context, node);
                Set(shift, seconds);
                await WhenJumpedAsync(context, node, seconds);
                await context.HoldAsync(0.25);
                Set(shift, 0);
                await WhenJumpedAsync(context, node, 0);
                await context.HoldAsync(0.1);
            }
            finally
            {
                node.Extra.Clear();
            }

            await RestartAsync(context, node);
        }
    }

    private static async Task RestartAsync(FaultContext context, Node node)
    {
        await node.TerminateAsync();
        await node.StartAsync();
        await context.WhenServingAsync();
    }

    /// <summary>Waits until the node itself tells a time that is as wrong as it is meant to be.</summary>
    private static Task WhenJumpedAsync(FaultContext context, Node node, long seconds) => Cluster.UntilAsync(
        async () => await context.Cluster.TimeOfAsync(node) is { } told &&
            (told - DateTimeOffset.UtcNow - TimeSpan.FromSeconds(seconds)).Duration() < JumpTakesEffect,
        () => $"node {node.Number} does not tell a time that is {seconds} s from now");

    /// <summary>In place: the processes have the file mapped.</summary>
    private static void Set(string file, long seconds)
    {
        using FileStream shift = File.Open(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        shift.Write(BitConverter.GetBytes(seconds));
    }

    private static string Compile(string folder)
    {
        string library = Path.Combine(folder, "clock-shim.so");
        if (!File.Exists(library))
        {
            string source = Path.Combine(AppContext.BaseDirectory, "clock-shim.c");
            if (Tool.Run("cc", "-shared", "-fPIC", "-O2", "-o", library, source) is { IsOk: false } failed)
            {
                throw new FaultUnavailableException($"cc, a C compiler, does not make a library of {source}: {failed.Output}");
            }
        }

        return library;
    }
}

using System.Globalization;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>Disks that are slow, fail, or are full.</summary>
internal static class DiskFaults
{
    private const int SlowMs = 300;

    /// <summary>Room that a small disk has beyond what is there: enough to start and to work on.</summary>
    private const long SpareBytes = 192L << 20;

    /// <summary>The leader's flushes take 300 ms.</summary>
    public static async Task SlowFlushLeader(FaultContext context) => await SlowAsync(context, await context.Cluster.LeaderAsync());

    /// <summary>A follower's flushes take 300 ms.</summary>
    public static async Task SlowFlushFollower(FaultContext context) => await SlowAsync(context, await context.AnyFollowerAsync());

    /// <summary>The leader's flushes fail; then it is killed and comes back on a sound disk.</summary>
    public static async Task FailingFlushLeader(FaultContext context) => await FailAsync(context, await context.Cluster.LeaderAsync());

    /// <summary>A follower's flushes fail; then it is killed and comes back on a sound disk.</summary>
    public static async Task FailingFlushFollower(FaultContext context) => await FailAsync(context, await context.AnyFollowerAsync());

    /// <summary>The leader's disk is full for a while.</summary>
    public static async Task DiskFullLeader(FaultContext context) => await FillAsync(context, await context.Cluster.LeaderAsync());

    /// <summary>A follower's disk is full for a while.</summary>
    public static async Task DiskFullFollower(FaultContext context) => await FillAsync(context, await context.AnyFollowerAsync());

    private static async Task SlowAsync(FaultContext context, Node node)
    {
        string fault = string.Create(CultureInfo.InvariantCulture, $"delay_enter={SlowMs * 1000}");
        SystemCallFaults slow = await SystemCallFaults.BeginAsync(node.ProcessId, "fdatasync", fault);
        await using (slow)
        {
            await context.HoldAsync();
        }

        RequireMet(slow);
        await context.WhenServingAsync();
    }

    private static async Task FailAsync(FaultContext context, Node node)
    {
        SystemCallFaults broken = await SystemCallFaults.BeginAsync(node.ProcessId, "fdatasync", "error=EIO");
        await using (broken)
        {
            await context.HoldAsync(0.5);
            await context.WhenServingAsync();
        }

        RequireMet(broken);
        await node.KillAsync();
        await context.HoldAsync(0.1);
        await node.StartAsync();
        await context.WhenServingAsync();
    }

    /// <summary>The node's folder moves to a small disk, which is filled up, and back again at the end.</summary>
    private static async Task FillAsync(FaultContext context, Node node)
    {
        string home = node.Data;
        await node.TerminateAsync();
        using SmallDisk disk = SmallDisk.Mount(SizeOf(home) + SpareBytes);
        Copy(home, Path.Combine(disk.Folder, "data"));
        node.Data = Path.Combine(disk.Folder, "data");
        try
        {
            await node.StartAsync();
            await context.WhenServingAsync();

            disk.FillUp();
            await context.HoldAsync(0.7);
            disk.MakeRoom();
            await context.HoldAsync(0.3);
            await context.WhenServingAsync();

            await node.TerminateAsync();
            Directory.Delete(home, recursive: true);
            Copy(node.Data, home);
        }
        finally
        {
            // Nothing of the small disk may be open when it goes.
            await node.KillAsync();
            node.Data = home;
        }

        await node.StartAsync();
        await context.WhenServingAsync();
    }

    private static void RequireMet(SystemCallFaults faults)
    {
        if (faults.Met == 0)
        {
            throw new FaultUnavailableException("strace met no flush: nothing was injected");
        }
    }

    private static long SizeOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    private static void Copy(string from, string to)
    {
        // Modes and holes as they are: the key ring's mode is checked, and a log's reserved end is no data.
        if (Network.Tool.Run("cp", "-a", "--sparse=always", from, to) is { IsOk: false } failed)
        {
            throw new InvalidOperationException(failed.Output);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>How long writes wait when a shard's leader is killed, drained, or stopped in order.</summary>
internal sealed class Takeover(Cluster cluster)
{
    private const int Writers = 4;
    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    /// <summary>From SIGKILL of the leader to the first acknowledgement of a write that was begun after it.</summary>
    public async Task<TimeSpan> KilledAsync(string key)
    {
        Node leader = await ReadyAsync();
        await using NacreClient client = cluster.NewClient(cluster.Nodes.First(node => node != leader));
        Container items = client.GetContainer(Cluster.Database, Cluster.Items);
        await items.UpsertJsonAsync(Writer.Document(key, "killed", 0));
        await leader.KillAsync();
        long killed = Stopwatch.GetTimestamp();
        await items.UpsertJsonAsync(Writer.Document(key, "killed", 1));
        TimeSpan took = Stopwatch.GetElapsedTime(killed);
        await leader.StartAsync();
        return took;
    }

    /// <summary>Longest time in which no write ended, while the leader is drained.</summary>
    public async Task<TimeSpan> DrainedAsync(string key)
    {
        Node leader = await ReadyAsync();
        await using NacreClient operatorsClient = cluster.NewClient();
        TimeSpan stall = await StallAsync(key, leader, () => operatorsClient.Nodes.DrainAsync(leader.Number));
        await operatorsClient.Nodes.ResumeAsync(leader.Number);
        return stall;
    }

    /// <summary>The same, while the leader is stopped by SIGTERM.</summary>
    public async Task<TimeSpan> StoppedAsync(string key)
    {
        Node leader = await ReadyAsync();
        TimeSpan stall = await StallAsync(key, leader, leader.TerminateAsync);
        await leader.StartAsync();
        return stall;
    }

    /// <summary>A line of the table: count, median, worst.</summary>
    public static string Row(string what, IReadOnlyList<TimeSpan> times, string wanted)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-44} {times.Count,6} {sorted[sorted.Length / 2].TotalMilliseconds,7:f0} ms {sorted[^1].TotalMilliseconds,7:f0} ms   {wanted}");
    }

    /// <summary>All replicas are level and somebody leads: what is measured then is the takeover.</summary>
    private async Task<Node> ReadyAsync()
    {
        await cluster.WhenEqualAsync();
        return await cluster.LeaderAsync();
    }

    private async Task<TimeSpan> StallAsync(string key, Node leader, Func<Task> transfer)
    {
        Node other = cluster.Nodes.First(node => node != leader);
        using var stopping = new CancellationTokenSource();
        long last = Stopwatch.GetTimestamp();
        long longest = 0;
        var gate = new Lock();
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(number => WriteAsync(number))];
        await Task.Delay(Before, CancellationToken.None);
        lock (gate)
        {
            (last, longest) = (Stopwatch.GetTimestamp(), 0);
        }

        await transfer();
        await Task.Delay(After, CancellationToken.None);
        await stopping.CancelAsync();
        await Task.WhenAll(writing);
        return TimeSpan.FromSeconds(longest / (double)Stopwatch.Frequency);

        async Task WriteAsync(int number)
        {
            await using NacreClient client = cluster.NewClient(other);
            Container items = client.GetContainer(Cluster.Database, Cluster.Items);
            for (long value = 0; !stopping.IsCancellationRequested; value++)
            {
                await items.UpsertJsonAsync(Writer.Document(key, string.Create(CultureInfo.InvariantCulture, $"stall-{number}"), value));
                lock (gate)
                {
                    long now = Stopwatch.GetTimestamp();
                    longest = Math.Max(longest, now - last);
                    last = now;
                }
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>
/// One node stands still and another's flushes take 300 ms, so that every quorum holds the slow one: no write may be
/// acknowledged sooner. Right after the acknowledgement both are killed, and the write must be there when they are back; every
/// other time without the third node, and without the quick one's disk having a say alone.
/// </summary>
internal sealed class Trap(Cluster cluster, SeededRandom random)
{
    private const int SlowMs = 300;

    /// <summary>Runs it so many times.</summary>
    /// <returns>How long the acknowledgements took, one a round.</returns>
    /// <exception cref="ViolationException">A write was acknowledged too soon, or is gone.</exception>
    public async Task<IReadOnlyList<TimeSpan>> RunAsync(int rounds)
    {
        List<TimeSpan> took = [];
        for (int round = 0; round < rounds; round++)
        {
            took.Add(await RunOnceAsync(round));
        }

        return took;
    }

    private async Task<TimeSpan> RunOnceAsync(int round)
    {
        await cluster.WhenEqualAsync();
        Node[] nodes = [.. cluster.Nodes.OrderBy(_ => random.NextUInt64())];
        (Node still, Node slow, Node quick) = (nodes[0], nodes[1], nodes[2]);
        string id = string.Create(CultureInfo.InvariantCulture, $"trap-{round}");
        SystemCallFaults delay = await SystemCallFaults.BeginAsync(
            slow.ProcessId, "fdatasync", string.Create(CultureInfo.InvariantCulture, $"delay_enter={SlowMs * 1000}"));
        TimeSpan took;
        await using (delay)
        {
            still.Pause();
            await using NacreClient client = cluster.NewClientOf(quick, new NacreClientOptions { Timeout = TimeSpan.FromSeconds(30), MaxRetries = 50 });

            // Where the one that stands still led, another must be elected first; then it is the flushes alone.
            await client.GetContainer(Cluster.Database, Cluster.Items).UpsertJsonAsync(Writer.Document("trap", "warm-up", round));
            long began = Stopwatch.GetTimestamp();
            await client.GetContainer(Cluster.Database, Cluster.Items).CreateJsonAsync(Writer.Document("trap", id, round));
            took = Stopwatch.GetElapsedTime(began);
            await Task.WhenAll(slow.KillAsync(), quick.KillAsync());
        }

        still.Resume();
        if (took < TimeSpan.FromMilliseconds(SlowMs))
        {
            throw new ViolationException(string.Create(
                CultureInfo.InvariantCulture, $"round {round}: acknowledged after {took.TotalMilliseconds:f0} ms, before a quorum can have flushed it"));
        }

        // The slow one and the third are a quorum, too: what was acknowledged must be on the slow one's disk.
        Node[] back = round % 2 == 0 ? [slow, quick] : [slow];
        foreach (Node node in back)
        {
            node.Begin();
        }

        await Task.WhenAll(back.Select(node => node.WhenReadyAsync()));
        await using (NacreClient reader = cluster.NewClientOf(slow, new NacreClientOptions { Timeout = TimeSpan.FromSeconds(30), MaxRetries = 50 }))
        {
            Item<ReadOnlyMemory<byte>>? found = await reader.GetContainer(Cluster.Database, Cluster.Items).TryReadJsonAsync("trap", id);
            if (found is null)
            {
                throw new ViolationException($"round {round}: the acknowledged write {id} is gone");
            }
        }

        await cluster.StartAllAsync();
        return took;
    }
}

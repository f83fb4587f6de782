using System.Globalization;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>What is not a round of faults under load: the trap, withdrawals, and what takes how long.</summary>
internal static class Measurements
{
    /// <summary>The trap's name on the command line.</summary>
    public const string TrapName = "Trap";

    /// <summary>The takeovers' name on the command line.</summary>
    public const string TakeoverName = "Takeover";

    /// <summary>The withdrawals' name on the command line.</summary>
    public const string RevocationName = "Revocation";

    /// <summary>The snapshot's name on the command line.</summary>
    public const string SnapshotName = "Snapshot";

    private const int MostSnapshots = 5;
    private const int RepetitionsARevocation = 5;

    /// <summary>Runs the trap.</summary>
    public static Task<RoundResult> TrapAsync(Cluster cluster, ulong seed, int rounds) => HoldAsync(TrapName, seed, rounds, async () =>
    {
        IReadOnlyList<TimeSpan> took = await new Trap(cluster, new SeededRandom(seed)).RunAsync(rounds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} of {rounds} writes there after both survivors were killed; acknowledged after {took.Min().TotalMilliseconds:f0} to {took.Max().TotalMilliseconds:f0} ms, none before the 300 ms of a flush");
    });

    /// <summary>Withdraws permissions while a node is harmed. Each round takes as long as a lease, and so there is one for five repetitions.</summary>
    public static Task<RoundResult> RevocationAsync(Cluster cluster, ulong seed, int repetitions)
    {
        int rounds = Math.Max(1, repetitions / RepetitionsARevocation);
        return HoldAsync(RevocationName, seed, rounds, async () =>
        {
            int refused = await new Revocation(cluster, new SeededRandom(seed)).RunAsync(rounds);
            return string.Create(CultureInfo.InvariantCulture, $"{refused} requests begun after a withdrawal was answered, none served");
        });
    }

    /// <summary>Has a large shard reach new nodes under load, at most five times.</summary>
    public static Task<RoundResult> SnapshotAsync(Cluster cluster, ulong seed, NemesisOptions options, Report report)
    {
        int rounds = Math.Min(options.Repetitions, MostSnapshots);
        return HoldAsync(SnapshotName, seed, rounds, async () =>
        {
            double[] ratios = [.. (await new Shipment(cluster, report).RunAsync(options.SnapshotMebibytes, rounds)).Order()];
            double median = ratios[ratios.Length / 2];
            string text = string.Create(
                CultureInfo.InvariantCulture, $"p99 of writes {median:f2} times as long as before (median of {rounds}, worst {ratios[^1]:f2}; at most {Shipment.MostSlowdown:f0} are wanted); each resumed after its cut");
            return median <= Shipment.MostSlowdown ? text : throw new ViolationException(text);
        });
    }

    /// <summary>Measures takeovers, and prints their table.</summary>
    public static Task<RoundResult> TakeoverAsync(Cluster cluster, ulong seed, int rounds, Report report) => HoldAsync(TakeoverName, seed, rounds * 3, async () =>
    {
        string key = await Writer.KeyOfAimedShardAsync(cluster, $"takeover-{seed}");
        var takeover = new Takeover(cluster);
        (string What, Func<string, Task<TimeSpan>> Once, TimeSpan? Most)[] rows =
        [
            ("leader killed, to the first new write", takeover.KilledAsync, TimeSpan.FromMilliseconds(1500)),
            ("leader drained, longest stall of writes", takeover.DrainedAsync, TimeSpan.FromMilliseconds(100)),

            // The stop itself takes the processors of whoever takes over on the same machine: told, and held to nothing.
            ("leader stopped by SIGTERM, longest stall", takeover.StoppedAsync, null),
        ];
        List<string> broken = [];
        report.Say(string.Create(CultureInfo.InvariantCulture, $"{"takeover",-44} {"rounds",6} {"median",10} {"worst",10}   wanted"));
        foreach ((string what, Func<string, Task<TimeSpan>> once, TimeSpan? most) in rows)
        {
            List<TimeSpan> times = [];
            for (int round = 0; round < rounds; round++)
            {
                times.Add(await once(key));
            }

            TimeSpan median = times.Order().ElementAt(times.Count / 2);
            string wanted = most is { } limit ? string.Create(CultureInfo.InvariantCulture, $"median below {limit.TotalMilliseconds:f0} ms") : "";
            report.Say(Takeover.Row(what, times, wanted));
            if (median >= most)
            {
                broken.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{what}: {median.TotalMilliseconds:f0} ms in the median of {times.Count}, worst {times.Max().TotalMilliseconds:f0} ms; {wanted} is wanted"));
            }
        }

        return broken.Count == 0 ? "" : throw new ViolationException(string.Join("; ", broken));
    });

    private static async Task<RoundResult> HoldAsync(string name, ulong seed, int count, Func<Task<string>> run)
    {
        try
        {
            return new RoundResult(name, seed, RoundVerdict.Held, count, During: count, Reason: await run());
        }
        catch (FaultUnavailableException missing)
        {
            return new RoundResult(name, seed, RoundVerdict.NotRun, Reason: missing.Message);
        }
        catch (ViolationException violation)
        {
            return new RoundResult(name, seed, RoundVerdict.Violated, Reason: violation.Message);
        }
        catch (NacreException refusal)
        {
            return new RoundResult(name, seed, RoundVerdict.Violated, Reason: $"a client was told {refusal.Code}: {refusal.Message}");
        }
    }
}

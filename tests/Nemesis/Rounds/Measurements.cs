using System.Globalization;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>What is not a round of faults under load: the trap, and how long a takeover takes.</summary>
internal static class Measurements
{
    /// <summary>The trap's name on the command line.</summary>
    public const string TrapName = "Trap";

    /// <summary>The takeovers' name on the command line.</summary>
    public const string TakeoverName = "Takeover";

    /// <summary>Runs the trap.</summary>
    public static Task<RoundResult> TrapAsync(Cluster cluster, ulong seed, int rounds) => HoldAsync(TrapName, seed, rounds, async () =>
    {
        IReadOnlyList<TimeSpan> took = await new Trap(cluster, new SeededRandom(seed)).RunAsync(rounds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} of {rounds} writes there after both survivors were killed; acknowledged after {took.Min().TotalMilliseconds:f0} to {took.Max().TotalMilliseconds:f0} ms, none before the 300 ms of a flush");
    });

    /// <summary>Measures takeovers, and prints their table.</summary>
    public static Task<RoundResult> TakeoverAsync(Cluster cluster, ulong seed, int rounds, Report report) => HoldAsync(TakeoverName, seed, rounds * 3, async () =>
    {
        string key = await Writer.KeyOfAimedShardAsync(cluster, $"takeover-{seed}");
        var takeover = new Takeover(cluster);
        (string What, Func<string, Task<TimeSpan>> Once, string Wanted)[] rows =
        [
            ("leader killed, to the first new write", takeover.KilledAsync, "median within 1500 ms"),
            ("leader drained, longest stall of writes", takeover.DrainedAsync, "below 100 ms"),
            ("leader stopped by SIGTERM, longest stall", takeover.StoppedAsync, "below 100 ms"),
        ];
        report.Say(string.Create(CultureInfo.InvariantCulture, $"{"takeover",-44} {"rounds",6} {"median",10} {"worst",10}   wanted"));
        foreach ((string what, Func<string, Task<TimeSpan>> once, string wanted) in rows)
        {
            List<TimeSpan> times = [];
            for (int round = 0; round < rounds; round++)
            {
                times.Add(await once(key));
            }

            report.Say(Takeover.Row(what, times, wanted));
        }

        return "";
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

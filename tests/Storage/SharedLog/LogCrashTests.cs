using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>Power loss at any change of the disk, over every step that a log takes.</summary>
[TestFixture]
public sealed class LogCrashTests
{
    private const int Steps = 40;

    [TestCase(1u, 260)]
    public async Task Crash_AtAnyChange_LosesNothingAcknowledgedAndInventsNothing(uint family, int rounds)
    {
        int cut = 0;
        for (int round = 0; round < rounds; round++)
        {
            ulong seed = (family * 1_000_003) + (ulong)round;
            var bench = new LogBench(seed);
            var workload = new LogWorkload(bench, seed);
            var chance = new SeededRandom(~seed);
            bench.Open();

            // Two lives end by power loss at a random change; the third runs to its end.
            for (int life = 0; life < 3; life++)
            {
                if (life < 2)
                {
                    bench.Files.CrashAt(bench.Files.Changes + 1 + chance.Next(80), chance.NextUInt64());
                }

                try
                {
                    for (int step = 0; step < Steps; step++)
                    {
                        await workload.StepAsync();
                    }

                    await workload.CheckAsync();
                }
                catch (SimulatedCrashException)
                {
                    cut++;
                }

                bench.Crash(chance.NextUInt64());
                bench.Open();
                await workload.CheckRecoveredAsync();
            }
        }

        Assert.That(cut, Is.GreaterThan(3 * rounds / 2), "most lives were cut short");
    }
}

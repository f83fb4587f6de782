using CsCheck;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Random proposals, flushes, refusals and crashes: nothing committed is ever lost or changed.</summary>
[TestFixture]
public sealed class RaftCorePropertyTests
{
    private static readonly Gen<(int Action, int Argument)> Step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 100]);

    [Test]
    public void Core_OfAnyHistory_KeepsWhatWasCommitted() => Step.Array[1, 120].Sample(
        steps =>
        {
            var bench = new CoreBench();
            var committed = new List<string>();
            int proposed = 0;
            ulong term = 0;
            foreach ((int action, int argument) in steps)
            {
                switch (action)
                {
                    case <= 3 when bench.Core.Role == RaftRole.Leader:
                        bench.Propose($"entry {++proposed}");
                        break;
                    case 4:
                        bench.Take(argument);
                        break;
                    case 5 or 6 when bench.Flushing > 0:
                        bench.FlushOne();
                        break;
                    case 7:
                        bench.RefuseAll();
                        break;
                    case 8 when argument < 30:
                        bench.Crash(new LogIndex((ulong)(argument % (bench.AppliedEntries.Count + 1))));
                        break;
                    default:
                        bench.Core.Tick();
                        break;
                }

                // Applied is committed: it stays so over crashes, and the state machine catches up with it.
                int common = Math.Min(committed.Count, bench.AppliedEntries.Count);
                if (!committed.Take(common).SequenceEqual(bench.AppliedEntries.Take(common)))
                {
                    return false;
                }

                committed.AddRange(bench.AppliedEntries.Skip(committed.Count));
                if (bench.Core.Term.Value < term && action != 8)
                {
                    return false;
                }

                term = bench.Core.Term.Value;
            }

            bench.RefuseAll();
            bench.Core.Tick();
            bench.Settle();
            bench.Propose("last");
            bench.Settle();
            return bench.AppliedEntries.Take(committed.Count).SequenceEqual(committed) && bench.AppliedEntries[^1] == "last";
        },
        iter: 3_000);
}

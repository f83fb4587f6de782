using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Replication.Tests.Doubles;
using Nacre.Testing;

namespace Nacre.Replication.Tests;

/// <summary>Many callers that come, give up and are refused, all at once: every ticket finds its way home.</summary>
[TestFixture]
public sealed class ReplicaStressTests
{
    [Test, CancelAfter(60_000)]
    public async Task Propose_WithCancellationsAndRefusals_AnswersEachAndLeaksNothing([Values(1ul, 2ul, 3ul)] ulong seed, CancellationToken timeout)
    {
        await using Rig rig = await Rig.StartedAsync(new ShardReplicaOptions { MaxPendingProposals = 24 });
        rig.Log.Holds = true;
        var random = new SeededRandom(seed);
        int done = 0;
        var disk = Task.Run(async () =>
        {
            while (Volatile.Read(ref done) == 0 || rig.Log.Waiting > 0)
            {
                // A refusal takes all with it that waits behind; what comes in the meantime is refused, too.
                bool refuse = random.OneIn(20);
                int waiting = rig.Log.Waiting;
                for (int n = 0; n < waiting; n++)
                {
                    if (refuse)
                    {
                        rig.Log.RejectOne(ErrorCode.DiskFull);
                    }
                    else
                    {
                        rig.Log.FlushOne();
                    }
                }

                while (refuse && rig.Replica.Status.PendingProposals > 0)
                {
                    if (rig.Log.Waiting > 0)
                    {
                        rig.Log.RejectOne(ErrorCode.DiskFull);
                    }

                    await Task.Yield();
                }

                await Task.Yield();
            }
        }, timeout);

        int acknowledged = 0;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => Task.Run(async () =>
        {
            for (int n = 0; n < 300; n++)
            {
                using var cancellation = new CancellationTokenSource();
                ValueTask<Result<CommandOutcome>> proposal = rig.Replica.ProposeAsync(Rig.Write((byte)caller, (byte)n, (byte)(n >> 8)), cancellation.Token);
                if (random.OneIn(4))
                {
                    await cancellation.CancelAsync();
                }

                Result<CommandOutcome> outcome = await proposal;
                if (outcome.IsOk)
                {
                    Interlocked.Increment(ref acknowledged);
                }
                else
                {
                    Assert.That(outcome.Error.Code, Is.AnyOf(
                        ErrorCode.Overloaded, ErrorCode.DiskFull, ErrorCode.OutcomeUnknown, ErrorCode.DeadlineExceeded));
                }
            }
        }, timeout)));
        Volatile.Write(ref done, 1);
        await disk;

        rig.Log.FlushAll();
        Assert.That((await rig.ProposeAsync(1)).IsOk);
        Assert.That(rig.Replica.Status.PendingProposals, Is.Zero);
        Assert.That(rig.Replica.Status.PendingBytes, Is.Zero);
        Assert.That(rig.Machine.Commands, Has.Count.GreaterThanOrEqualTo(acknowledged));
        Assert.That((ulong)rig.Machine.Commands.Count, Is.EqualTo(rig.Machine.AppliedSequence.Value), "sequences have no gaps");
    }
}

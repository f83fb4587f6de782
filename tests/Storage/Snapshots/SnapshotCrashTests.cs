using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>The receiver loses power at any change of its disk.</summary>
[TestFixture]
public sealed class SnapshotCrashTests
{
    [Test]
    public async Task Receive_CrashedAnywhere_GoesOnAndGivesTheOneStateOrTheOther()
    {
        var keys = new TestDataKeys();
        await using var history = new SnapshotHistory();
        await using var source = new SnapshotNode(keys, 1);
        source.Open();
        history.Write(60);
        int old = history.Log.Count;
        history.Write(120);
        source.Apply(history.Log);
        await source.Machine.BeginCheckpoint();
        using ISnapshotSource held = source.Snapshots.Hold().Value;
        int resumed = 0;
        int cut = 0;
        int finished = 0;
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var chance = new SeededRandom(seed);
            await using var target = new SnapshotNode(keys, 1000 + seed);
            target.Open();
            target.Apply([.. history.Log.Take(old)]);
            await target.Machine.BeginCheckpoint();
            ulong before = target.Machine.RunningHash;
            for (int life = 0; ; life++)
            {
                // Half of the crashes fall into the few changes at the end, where the folders are swapped.
                if (life < 4)
                {
                    Arm(target.Files, chance, seed);
                }

                try
                {
                    using (ISnapshotTarget receiving = target.Snapshots.Receive(held.Manifest).Value)
                    {
                        resumed += receiving.Received.Sum() > 0 ? 1 : 0;
                        target.Copy(held, receiving);
                        Result<Unit> complete = receiving.Complete();
                        Assert.That(complete.IsOk, complete.IsOk ? "" : complete.Error.Message);
                        await target.CloseAsync();
                        receiving.Install(new Term(9));
                    }
                }
                catch (Exception exception) when (exception is SimulatedCrashException or StorageFaultException)
                {
                    Assert.That(target.Files.HasCrashed, exception.ToString());
                    cut++;
                }

                await target.RebootAsync(chance.NextUInt64());
                bool wasInstalling = target.Files.FileExists($"{SnapshotNode.Folder}.incoming/install");
                target.Open();
                if (target.Snapshots.PendingReset is { } point)
                {
                    finished += wasInstalling ? 1 : 0;
                    Assert.That(point, Is.EqualTo(new SnapshotPoint(held.Manifest.Index, new Term(9))));
                    Assert.That(target.Machine.RunningHash, Is.EqualTo(held.Manifest.RunningHash), $"seed {seed}");
                    await history.CheckAsync(target);
                    target.Snapshots.Clear();
                    Assert.That(target.Files.ListDirectories("/data/shards"), Is.EqualTo(new[] { "1" }));
                    break;
                }

                Assert.That(life, Is.LessThan(4), "the last life is not cut off");
                Assert.That(target.Machine.RunningHash, Is.EqualTo(before), $"seed {seed}: as it was");
            }
        }

        Assert.That(resumed, Is.GreaterThan(30));
        Assert.That(cut, Is.GreaterThan(60));
        Assert.That(finished, Is.GreaterThan(5), "a start went on with a swap");
    }

    private static void Arm(SimulatedFileSystem files, SeededRandom chance, ulong seed)
    {
        if (chance.OneIn(2))
        {
            files.CrashAt(files.Changes + 1 + chance.Next(120), seed);
        }
        else
        {
            files.CrashOn(
                operation => operation.Path.EndsWith("/install", StringComparison.Ordinal) || operation.Kind == SimulatedOperationKind.Rename
                    ? operation.Path.Contains("incoming", StringComparison.Ordinal) && !operation.Path.Contains("transfer", StringComparison.Ordinal)
                    : operation.Kind is SimulatedOperationKind.Delete or SimulatedOperationKind.DeleteDirectory && operation.Path.Contains("/1", StringComparison.Ordinal),
                chance.Next(12), seed);
        }
    }
}

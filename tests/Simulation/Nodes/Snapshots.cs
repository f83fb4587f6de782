using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A replica's snapshots between two crashes of its node.</summary>
internal sealed class Snapshots(NodeWorld world, Images images, Replica replica, Func<bool> isAlive, NodeBug bug) : IShardSnapshots
{
    public SnapshotPoint? PendingReset => replica.PendingReset;

    public void ResetDone()
    {
        CheckAlive();
        replica.PendingReset = null;
    }

    public Result<ISnapshotSource> Hold() => replica.Checkpoints.Newest is { } state
        ? new Source(images.Describe(replica.Shard, state))
        : new NacreError(ErrorCode.Unavailable, "There is no checkpoint yet.");

    public Result<ISnapshotTarget> Receive(SnapshotManifest manifest)
    {
        CheckAlive();
        if (replica.Staging is { } staging && staging.Manifest.Id == manifest.Id)
        {
            if (staging.Files[1].Count > 0)
            {
                world.Hit(NodeProbe.SnapshotResumed);
            }
        }
        else
        {
            replica.Staging = new Staging(manifest);
        }

        return new Target(this, replica.Staging!);
    }

    public void Clear()
    {
    }

    private void CheckAlive()
    {
        if (!isAlive())
        {
            throw new StorageFaultException(StorageFaultKind.Io, "shard", "folder", "The node has lost power");
        }
    }

    private sealed class Source(SnapshotManifest manifest) : ISnapshotSource
    {
        public SnapshotManifest Manifest => manifest;

        public int Read(int file, long offset, Span<byte> into)
        {
            int count = (int)Math.Min(into.Length, manifest.Files[file].Length - offset);
            for (int at = 0; at < count; at++)
            {
                into[at] = Images.ByteAt(manifest.Id, file, offset + at);
            }

            return count;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Target(Snapshots of, Staging staging) : ISnapshotTarget
    {
        public ImmutableArray<long> Received => [.. staging.Files.Select(file => (long)file.Count)];

        private bool IsWhole
        {
            get
            {
                for (int file = 0; file < staging.Files.Length; file++)
                {
                    for (int at = 0; at < staging.Files[file].Count; at++)
                    {
                        if (staging.Files[file][at] != Images.ByteAt(staging.Manifest.Id, file, at))
                        {
                            return false;
                        }
                    }
                }

                return true;
            }
        }

        public void Write(int file, long offset, ReadOnlySpan<byte> bytes)
        {
            of.CheckAlive();
            Invariant.Check(offset == staging.Files[file].Count);
            staging.Files[file].AddRange(bytes);
        }

        public void Flush()
        {
            of.CheckAlive();
            staging.Flush();
        }

        public Result<Unit> Complete() => IsWhole || of.Bug == NodeBug.StagedPartLost
            ? Unit.Value
            : new NacreError(ErrorCode.Corrupt, "The snapshot is not what its manifest says.");

        public void Install(Term term)
        {
            of.CheckAlive();
            of.Install(staging, IsWhole, term);
        }

        public void Dispose()
        {
        }
    }

    private NodeBug Bug => bug;

    private void Install(Staging staging, bool isWhole, Term term)
    {
        MachineState state = images[staging.Manifest.Id];
        state = bug == NodeBug.SnapshotSetForgotten ? state with { Set = null } : state;
        state = isWhole ? state : state with { Versions = state.Versions.Clear() };
        replica.Checkpoints.Replace(state);
        replica.Staging = null;
        replica.PendingReset = bug == NodeBug.SnapshotWithoutReset ? null : new SnapshotPoint(staging.Manifest.Index, term);
        world.Hit(NodeProbe.SnapshotInstalled);
        if (world.Random.OneIn(3))
        {
            world.Hit(NodeProbe.CrashBehindSnapshot);
            replica.Node.CrashSoon();
        }
    }
}

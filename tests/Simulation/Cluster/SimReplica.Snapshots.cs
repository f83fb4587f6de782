using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>Checkpoints, truncation, snapshots: in steps, a crash may come between any two.</content>
internal sealed partial class SimReplica
{
    private readonly Dictionary<ulong, int> _snapshots = [];
    private int _lastSnapshot;
    private Machine? _checkpointing;
    private bool _manifestStands;
    private Machine? _installing;
    private bool _installBegan;
    private bool _stateStands;
    private ReplicaId _snapshotSender;
    private int _installingNumber;

    private void BeginCheckpoint()
    {
        _checkpointing = Machine.Copy(World.Bug != Bug.CheckpointWithoutRecords);
        if (World.Bug == Bug.TruncationBeforeManifest)
        {
            Truncate();
        }

        World.MayStop(this, 26_000);
        Plan(1_000 + World.Chance.Next(20_000), () =>
        {
            if (_installing is not null || _checkpointing!.Applied <= Disk.Checkpoint.Applied)
            {
                _checkpointing = null;
                return;
            }

            Disk.Checkpoint = _checkpointing;
            _manifestStands = true;
            Plan(500 + World.Chance.Next(5_000), () =>
            {
                if (_installing is null)
                {
                    Truncate();
                }

                _manifestStands = false;
                _checkpointing = null;
            });
        });
    }

    private void Truncate()
    {
        ulong kept = (ulong)World.Chance.Next(World.KeptEntries);
        var through = new LogIndex(_checkpointing!.Applied.Value - Math.Min(kept, _checkpointing.Applied.Value));
        if (through > Disk.Base)
        {
            Disk.Truncate(through);
            Core.Step(RaftInput.Released(through));
        }
    }

    private void SendSnapshot(SnapshotNeed need)
    {
        int number = ++_lastSnapshot;
        _snapshots[need.Peer.Value] = number;
        Machine image = Machine.Copy(World.Bug != Bug.SnapshotWithoutRecords);
        World.SendSnapshot(this, need.Peer, image, number);
        Plan(300_000, () => EndSnapshot(need.Peer, number, default));
    }

    /// <summary>A peer has put a snapshot in place, or it came to nothing.</summary>
    public void EndSnapshot(ReplicaId peer, int number, LogIndex index)
    {
        if (_snapshots.TryGetValue(peer.Value, out int sent) && sent == number)
        {
            _snapshots.Remove(peer.Value);
            Core.Step(index.Value > 0 ? RaftInput.SnapshotSent(peer, index) : RaftInput.SnapshotFailed(peer));
            Pump();
        }
    }

    /// <summary>All of a snapshot has come and was verified.</summary>
    public void ReceiveSnapshot(ReplicaId from, Machine image, int number)
    {
        if (_installing is not null)
        {
            return;
        }

        if (!Core.TryBeginSnapshot(image.Applied, image.AppliedTerm))
        {
            World.Hit(Probe.SnapshotNotWanted);
            World.AnswerSnapshot(this, from, number, Core.TermAt(image.Applied) is null ? default : image.Applied);
            return;
        }

        (_installing, _snapshotSender, _installingNumber) = (image, from, number);
        EndInstall();
    }

    /// <summary>Goes on once the appends on their way have ended.</summary>
    private void EndInstall()
    {
        if (_installing is not { } image || _installBegan || _appends.Count > 0 || _flushed.Count > 0)
        {
            return;
        }

        _installBegan = true;
        bool isLogFirst = World.Bug == Bug.SnapshotLogFirst;
        World.MayStop(this, 27_000);
        Plan(2_000 + World.Chance.Next(20_000), () =>
        {
            SetPart(image, isState: !isLogFirst);
            _stateStands = true;
            Plan(500 + World.Chance.Next(5_000), () =>
            {
                SetPart(image, isState: isLogFirst);
                _installing = null;
                _installBegan = _stateStands = false;
                LoggedReplicaSet set = World.Bug == Bug.SnapshotSetForgotten ? Machine.Set : image.Set;
                Machine = image.Copy();
                foreach (ulong index in _proposals.Keys.Where(index => index <= image.Applied.Value).ToArray())
                {
                    _proposals.Remove(index, out Waiting waiting);
                    World.Forget(waiting);
                }

                World.Hit(Probe.SnapshotInstalled);
                Core.Step(RaftInput.SnapshotInstalled(image.Applied, image.AppliedTerm, set));
                World.Rules.Jumped(this);
                Pump();
                AnswerReads();
                World.AnswerSnapshot(this, _snapshotSender, _installingNumber, image.Applied);
            });
        });
    }

    private void SetPart(Machine image, bool isState)
    {
        if (isState)
        {
            Disk.Checkpoint = image;
        }
        else
        {
            Disk.Reset(image.Applied, image.AppliedTerm);
        }

        EverFlushed = Disk.Last > EverFlushed ? Disk.Last : EverFlushed;
    }
}

using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>What the core wants done.</content>
internal sealed partial class SimReplica
{
    /// <summary>Takes what the core wants, until it wants no more; the rules are checked each time.</summary>
    public void Pump()
    {
        World.Rules.Check(this);
        while (Core.HasReady(!_isRefused))
        {
            RaftRole role = Core.Role;
            Ready ready = Core.TakeReady(_isRefused ? 0 : MaxPersistBytes);
            HardState? hardState = ready.HardState;
            LogRecord[] persist = ready.Persist.ToArray();
            World.Rules.CheckWrite(this, persist);
            foreach (RaftMessage message in ready.Messages)
            {
                World.Rules.CheckSaid(this, message);
                World.Send(this, World.Bug == Bug.OldTermCommitted ? WithOldTerms(message) : message);
            }

            foreach (EntryRead read in ready.Reads)
            {
                ReadEntries(read);
            }

            foreach (SnapshotNeed need in ready.Snapshots)
            {
                SendSnapshot(need);
            }

            ReadState[] states = ready.ReadStates.ToArray();
            ApplyThrough(ready.ApplyThrough);
            foreach (ReadState state in states)
            {
                OnReadState(state);
            }

            if (hardState is not null || persist.Length > 0)
            {
                Append(hardState, persist);
            }

            World.Rules.Check(this);
        }

        if (Core.IsDisqualified && !LostItsDisk)
        {
            throw new ViolationException($"replica {Id} is disqualified, and its disk is whole");
        }
    }

    private void ApplyThrough(LogIndex through)
    {
        if (World.Bug == Bug.AppliedOutOfOrder && through.Value >= Machine.Applied.Value + 2)
        {
            Apply(Disk.At(through));
            Apply(Disk.At(new LogIndex(through.Value - 1)));
        }

        while (Machine.Applied < through)
        {
            Apply(Disk.At(Machine.Applied.Next));
        }

        AnswerReads();
        if (Machine.Applied.Value >= Disk.Checkpoint.Applied.Value + (ulong)World.CheckpointEntries && _checkpointing is null)
        {
            BeginCheckpoint();
        }
    }

    private void Apply(LogRecord record)
    {
        Outcome outcome = Machine.Apply(record, out bool hadEffect, out bool isRepeated);
        World.Rules.Applied(this, record, outcome, hadEffect);
        if (isRepeated)
        {
            World.Hit(Probe.RepeatedWriteRecognised);
        }

        if (_proposals.Remove(record.Index.Value, out Waiting waiting))
        {
            if (waiting.Term == record.Term || World.Bug == Bug.AnsweredByIndexAlone)
            {
                World.Answer(waiting, new Reply(ReplyKind.Done, outcome.IsDone, outcome.Version, 0, default));
            }
            else
            {
                World.Hit(Probe.ProposalReplaced);
                World.Answer(waiting, new Reply(ReplyKind.Repeat, false, 0, 0, Core.Leader));
            }
        }
    }

    private void ReadEntries(EntryRead read) => Plan(World.Chance.Next(2_000), () =>
    {
        var records = new List<LogRecord>();
        int bytes = 0;
        for (LogIndex index = read.From; index > Disk.Base && index <= Disk.Last && index <= read.Through; index = index.Next)
        {
            bytes += Disk.At(index).Entry.Length;
            if (bytes > read.MaxBytes && records.Count > 0)
            {
                break;
            }

            records.Add(Disk.At(index));
        }

        World.Hit(Probe.EntriesReadFromLog);
        Core.Step(records.Count == 0 || World.Chance.OneIn(20)
            ? RaftInput.EntriesUnread(read.Peer)
            : RaftInput.EntriesRead(read.Peer, records.ToArray()));
        Pump();
    });

    /// <summary>The planted bug: what a quorum has flushed is told as committed, of whatever term it is.</summary>
    private RaftMessage WithOldTerms(in RaftMessage message)
    {
        if (Core.Role != RaftRole.Leader || message.Kind != RaftMessageKind.Heartbeat)
        {
            return message;
        }

        ulong[] reached = [.. Core.Set.Members.Where(member => member.Kind == Core.Set.Find(Id)?.Kind)
            .Select(member => member.Id == Id ? Core.Persisted.Value : Core.MatchOf(member.Id).Value).Order()];
        if (reached.Length == 0)
        {
            return message;
        }

        ulong commit = Math.Min(reached[(reached.Length - 1) / 2], Core.MatchOf(message.To).Value);
        return commit <= message.Commit.Value
            ? message
            : RaftMessage.Heartbeat(message.From, message.To, message.Term, new LogIndex(commit), message.Context);
    }
}

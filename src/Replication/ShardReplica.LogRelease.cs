using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>What the log lets go of: what durable checkpoints cover, and no peer is about to be sent.</content>
public sealed partial class ShardReplica
{
    private readonly Dictionary<ReplicaId, long> _heardAt = [];
    private readonly LogVolume _volume;
    private ulong _letGoIndex;
    private Term _leadTerm;
    private ulong _releasable;

    /// <summary>What the log was let go of, by the loop; readable by any thread.</summary>
    private LogIndex LetGo
    {
        get => new(Volatile.Read(ref _letGoIndex));
        set => Volatile.Write(ref _letGoIndex, value.Value);
    }

    private bool IsHeldForPeers => HasPeers && LetGo.Value < Volatile.Read(ref _releasable);

    private bool HasPeers => Volatile.Read(ref _publishedSet).Members.Length > 1;

    /// <summary>Of the applier: a checkpoint covers entries.</summary>
    private void ReleaseLog(LogIndex through)
    {
        Volatile.Write(ref _releasable, through.Value);
        if (HasPeers)
        {
            Call(core => LetLogGo(core));
        }
        else
        {
            _log.Release(_identity.Shard, through);
            Call(core => Released(core, through));
        }
    }

    private void Released(RaftCore? core, LogIndex through)
    {
        LetGo = through > LetGo ? through : LetGo;
        core?.Step(RaftInput.Released(through));
        _volume.Forget(through);
    }

    /// <summary>
    /// On the loop, with each tick: peers come nearer, or fall silent. A follower does not know what the others have; but while
    /// somebody joins, it keeps as much as a leader would but for a quarter, so that it has the log behind what is
    /// being fetched should it come to lead.
    /// </summary>
    private void LetLogGo(RaftCore? core)
    {
        if (core is { Role: RaftRole.Leader } && _leadTerm != core.Term)
        {
            // Followers hear from nobody but the leader: what is known of the others is old.
            _leadTerm = core.Term;
            _heardAt.Clear();
            foreach (Replica member in core.Set.Members)
            {
                _heardAt[member.Id] = _time.GetTimestamp();
            }
        }

        var through = new LogIndex(Volatile.Read(ref _releasable));
        if (core is null || through <= LetGo)
        {
            return;
        }

        if (core.Role == RaftRole.Leader)
        {
            through = KeepForPeers(core, through);
        }
        else if (core.Set.Members.Any(member => member.Kind == ReplicaKind.Learner && member.Id != _identity.Self))
        {
            LogIndex kept = _volume.Leaving(_options.PeerLogBytes / 4 * 3);
            through = kept < through ? kept : through;
        }

        if (through > LetGo)
        {
            _log.Release(_identity.Shard, through);
            Released(core, through);
        }
    }

    /// <summary>
    /// How far the log may be let go of for the sake of the others. Who is silent for long, or lacks more than is worth
    /// keeping, holds nothing: a snapshot is sent once it can take it, and the disk must not fill up meanwhile.
    /// </summary>
    private LogIndex KeepForPeers(RaftCore core, LogIndex through)
    {
        foreach (Replica member in core.Set.Members)
        {
            if (member.Id == _identity.Self)
            {
                continue;
            }

            // Who fetches a snapshot goes on behind what it was offered.
            LogIndex has = core.MatchOf(member.Id);
            LogIndex offered = _offerings.Find(offering => offering.Peer == member.Id)?.Index ?? default;
            has = offered > has ? offered : has;
            if (has < through && IsLive(member.Id) && _volume.After(has) <= _options.PeerLogBytes)
            {
                through = has;
            }
        }

        return through;
    }

    private bool IsLive(ReplicaId peer)
    {
        if (!_heardAt.TryGetValue(peer, out long heard))
        {
            _heardAt[peer] = heard = _time.GetTimestamp();
        }

        return _time.GetElapsedTime(heard) <= _options.PeerSilence;
    }
}

using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>Who leads, for whoever wants to go there.</content>
public sealed partial class ShardReplica
{
    private TaskCompletionSource _leaderChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether this replica leads, as of a moment ago.</summary>
    public bool Leads =>
        Volatile.Read(ref _publishedRole) == (int)RaftRole.Leader && State is ReplicaState.Serving or ReplicaState.Draining;

    /// <summary>Whether this replica decides alone: no other votes.</summary>
    public bool IsAlone => Volatile.Read(ref _isSole);

    /// <summary>The node of the replica that leads; 0 while none is known.</summary>
    public NodeId LeaderNode => new(Volatile.Read(ref _publishedLeaderNode));

    /// <summary>A proposal that came in here goes to the node that leads: counts it.</summary>
    internal void NoteForwarded() => _metrics.Forwarded(_tag);

    /// <summary>
    /// Ends when another replica is heard of as the leader, or none is any more. Taken before <see cref="Leads"/> and
    /// <see cref="LeaderNode"/> are looked at, so that no change is missed.
    /// </summary>
    public Task LeaderChanged => Volatile.Read(ref _leaderChanged).Task;

    /// <summary>Waits until an entry is applied here.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Unavailable or StorageFailed when the replica ended before.</returns>
    public async Task<Result<Unit>> WhenAppliedAsync(LogIndex index, CancellationToken cancellationToken) =>
        await WhenAppliedAsync(index).WaitAsync(cancellationToken) ? Unit.Value : RefusalOf(State) ?? ReplicaErrors.Stopping;

    /// <summary>How far the other replicas have come; none where this one does not lead.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<PeerProgress>> ProgressAsync(CancellationToken cancellationToken)
    {
        var looked = new TaskCompletionSource<IReadOnlyList<PeerProgress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core => looked.TrySetResult(core is { Role: RaftRole.Leader } ? Progress(core) : []));
        return await looked.Task.WaitAsync(cancellationToken);
    }

    private List<PeerProgress> Progress(RaftCore core)
    {
        var peers = new List<PeerProgress>();
        foreach (Replica member in core.Set.Members)
        {
            if (member.Id != _identity.Self)
            {
                LogIndex match = core.MatchOf(member.Id);
                ulong lag = core.LastIndex.Value - match.Value;
                bool isCaughtUp = core.StateOf(member.Id) == ProgressState.Replicate && lag <= (ulong)_options.Raft.MaxPromotionLag;
                peers.Add(new PeerProgress(member.Id, member.Node, match, lag, isCaughtUp));
            }
        }

        return peers;
    }

    private void TellLeaderChanged() => Interlocked.Exchange(
        ref _leaderChanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}

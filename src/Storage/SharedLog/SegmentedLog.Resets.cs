using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <content>Setting a shard's log to the end of a snapshot.</content>
public sealed partial class SegmentedLog
{
    /// <inheritdoc/>
    /// <remarks>
    /// Throws <see cref="ArgumentOutOfRangeException"/> for index 0 and one below the truncation, and
    /// <see cref="ObjectDisposedException"/> once the log is closed. On a full disk it throws a
    /// <see cref="StorageFaultException"/> of that kind, and nothing has changed.
    /// </remarks>
    public async ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfEqual(index, default);
        ArgumentOutOfRangeException.ThrowIfLessThan(index, StateOf(shard).TruncationIndex);
        Task done = _queue.RequestReset(new ResetRequest(ShardOf(shard), index, term));
        RunInlineIfManual();
        await done.WaitAsync(cancellationToken);
    }

    /// <summary>One frame of its own: what a crash leaves of it is all or nothing.</summary>
    private void Reset(ResetRequest reset)
    {
        _plan.Clear();
        _plan.Controls.Add(new ShardControl(reset.Shard, reset.Shard.Domain, null, (reset.Index, reset.Term)) { IsReset = true });
        if (!TryWritePlan(mayUseReserve: true))
        {
            reset.Done.SetException(new StorageFaultException(
                StorageFaultKind.NoSpace, _options.Directory, $"shard {reset.Shard.Id}", "no room is left to set the log to a snapshot; free space on the disk"));
            return;
        }

        // What the entries pinned comes free.
        _mayFree = true;
        reset.Done.SetResult();
    }
}

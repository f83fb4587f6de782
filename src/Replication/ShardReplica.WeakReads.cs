using Nacre.Core.Consistency;
using Nacre.Core.Errors;

namespace Nacre.Replication;

/// <content>Reads that promise less than the read barrier gives.</content>
public sealed partial class ShardReplica
{
    /// <summary>Above this share of a bound a new confirmation is asked for while the old one still does.</summary>
    private const double AskAheadFrom = 0.5;

    private readonly ReplicaFreshness _freshness;
    private int _asksAhead;

    /// <summary>Whether the replica may be read as it is: null, or Unavailable, StorageFailed.</summary>
    public NacreError? ReadRefusal => State is ReplicaState.Serving or ReplicaState.Draining ? null : RefusalOf(State);

    /// <summary>True while this replica alone decides: what is applied here is all that was acknowledged, whatever is promised.</summary>
    public bool IsSoleVoter => Volatile.Read(ref _isSole);

    /// <summary>
    /// Completes once what is applied here is no further behind than a bound. Synchronous while that is known; a barrier is
    /// asked for where it is not, and ahead of time while reads keep coming.
    /// </summary>
    /// <returns>Null; or what <see cref="ReadIndexAsync"/> refuses with.</returns>
    public ValueTask<NacreError?> ReadWithinAsync(in StalenessBound bound, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (ReadRefusal is { } refusal)
        {
            return new(refusal);
        }

        if (IsSoleVoter)
        {
            return default;
        }

        double used = _freshness.ShareUsed(bound, _machine.Applied);
        if (used > 1)
        {
            return new(AskForAsync(cancellationToken));
        }

        if (used > AskAheadFrom && Interlocked.Exchange(ref _asksAhead, 1) == 0)
        {
            _ = AskAheadAsync();
        }

        return default;
    }

    /// <summary>Completes when something more is applied; false when the replica has ended. Taken before a look at the view.</summary>
    public Task<bool> WhenMoreIsAppliedAsync() => _appliedWaits.Next();

    private async Task<NacreError?> AskForAsync(CancellationToken cancellationToken) => (await AskAsync(cancellationToken)).Error;

    private async Task AskAheadAsync()
    {
        // Nobody waits for it: where it fails, the next read asks and is told.
        await AskAsync(CancellationToken.None);
        Volatile.Write(ref _asksAhead, 0);
    }
}

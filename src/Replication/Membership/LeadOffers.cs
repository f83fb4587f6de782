using Nacre.Core.Ids;

namespace Nacre.Replication.Membership;

/// <summary>
/// When a node offers a lead that it has to another node. An offer keeps writes waiting until it is taken or given up, so that
/// few are made: to a node that does not take them fewer and fewer.
/// </summary>
/// <remarks>Not thread-safe: its keeper's.</remarks>
// Invariants:
// - for balance: none within LeastTenure of the lead's coming, nor within BalanceInterval of the node's last offer of any shard;
// - none of a shard while it rests from offers that were not taken.
internal sealed class LeadOffers(ReplicaKeeperOptions options, TimeProvider time)
{
    private readonly Dictionary<ShardId, long> _ledSince = [];
    private readonly Dictionary<ShardId, (long Since, TimeSpan Pause)> _refused = [];
    private long _last = time.GetTimestamp();

    /// <summary>Notes whether this node leads a shard now; to be said at each look.</summary>
    public void Note(ShardId shard, bool leads)
    {
        if (!leads)
        {
            _ledSince.Remove(shard);
        }
        else
        {
            _ledSince.TryAdd(shard, time.GetTimestamp());
        }
    }

    /// <summary>Whether an offer of a shard's lead may be made now.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="drains">The node is to lead nothing: only a shard's rest keeps it waiting.</param>
    public bool IsDue(ShardId shard, bool drains) =>
        !Rests(shard) && (drains || (time.GetElapsedTime(_last) >= options.BalanceInterval && HasTenure(shard)));

    /// <summary>Notes that an offer begins.</summary>
    public void Begin() => _last = time.GetTimestamp();

    /// <summary>Notes how an offer ended.</summary>
    public void End(ShardId shard, bool isTaken, bool drains)
    {
        if (isTaken)
        {
            _refused.Remove(shard);
            return;
        }

        TimeSpan rest = _refused.TryGetValue(shard, out (long Since, TimeSpan Pause) last) ? last.Pause * 2 : options.RestAfterRefusedOffer;
        TimeSpan most = drains ? options.RestAfterRefusedOffer : options.LongestRest;
        _refused[shard] = (time.GetTimestamp(), rest < most ? rest : most);
    }

    /// <summary>A lead that has just come may come from a node that stops, and that still answers.</summary>
    private bool HasTenure(ShardId shard) =>
        _ledSince.TryGetValue(shard, out long since) && time.GetElapsedTime(since) >= options.LeastTenure;

    private bool Rests(ShardId shard) =>
        _refused.TryGetValue(shard, out (long Since, TimeSpan Pause) last) && time.GetElapsedTime(last.Since) < last.Pause;
}

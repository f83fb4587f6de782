using System.Collections.Immutable;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Membership;

namespace Nacre.Server.DataFolder;

/// <summary>What is known of how far a node's disk had come.</summary>
/// <param name="Starts">How often its folder was opened; 0 where that is not known.</param>
/// <param name="Shards">By shard, what is known of its replica.</param>
public sealed record RememberedNode(ulong Starts, ImmutableSortedDictionary<ShardId, DurableMark> Shards)
{
    /// <summary>Nothing.</summary>
    public static RememberedNode Nothing { get; } = new(0, ImmutableSortedDictionary<ShardId, DurableMark>.Empty);

    /// <summary>What is known by either.</summary>
    public RememberedNode With(RememberedNode other)
    {
        ImmutableSortedDictionary<ShardId, DurableMark> shards = Shards;
        foreach ((ShardId shard, DurableMark mark) in other.Shards)
        {
            shards = shards.SetItem(shard, shards.GetValueOrDefault(shard).With(mark));
        }

        return new RememberedNode(Math.Max(Starts, other.Starts), shards);
    }

    /// <summary>Whether a folder has all of it; what nobody remembers, such as a replica that was added since, is no contradiction.</summary>
    /// <param name="starts">How often the folder was opened before.</param>
    /// <param name="logs">The logs as the start found them.</param>
    /// <returns>Null when it has; else what it lacks, for a person.</returns>
    public string? WhatLacks(ulong starts, IReadOnlyDictionary<ShardId, ShardLogState> logs)
    {
        if (Starts > starts)
        {
            return $"its start {Starts}, and this folder was started {starts} times";
        }

        foreach ((ShardId shard, DurableMark mark) in Shards)
        {
            ShardLogState log = logs.GetValueOrDefault(shard);
            if (!mark.IsKeptBy(log))
            {
                return $"shard {shard} with term {mark.Term}, committed entry {mark.Index} and, in term {mark.LedTerm}, acknowledged entry {mark.Acknowledged}, and its log has term {log.HardState.Term} and ends at entry {log.LastIndex}";
            }
        }

        return null;
    }
}

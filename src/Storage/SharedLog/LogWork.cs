using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>What the writer does in one turn.</summary>
internal sealed class LogWork
{
    private readonly HashSet<KeyDomainId> _domains = [];

    /// <summary>Appends for one frame, in order.</summary>
    public List<QueuedAppend> Appends { get; } = [];

    /// <summary>Callers who wait for a new segment.</summary>
    public List<TaskCompletionSource> Rolls { get; } = [];

    /// <summary>Shards that are to go on behind snapshots.</summary>
    public List<ResetRequest> Resets { get; } = [];

    /// <summary>Set when this is the last turn.</summary>
    public CloseRequest? Close { get; set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _domains.Clear();
        Appends.Clear();
        Rolls.Clear();
        Resets.Clear();
        Close = null;
    }

    /// <summary>True when an append here is of that domain.</summary>
    public bool HasDomain(KeyDomainId domain) => _domains.Contains(domain);

    /// <summary>Notes a section's domain; false when the frame can have no more of them.</summary>
    public bool TryAddDomain(KeyDomainId domain)
    {
        // Room is left for the domains of the log's own records.
        if (_domains.Count >= LogFormat.MaxSections / 2 && !_domains.Contains(domain))
        {
            return false;
        }

        _domains.Add(domain);
        return true;
    }
}

/// <summary>The wish that the log be sealed and stopped.</summary>
/// <param name="Note">The node's note for the seal.</param>
internal sealed record CloseRequest(ReadOnlyMemory<byte> Note)
{
    /// <summary>Ends with where the log ended.</summary>
    public TaskCompletionSource<LogEnd> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The wish that a shard's log be set to a snapshot's end.</summary>
/// <param name="Shard">The shard's part of the log.</param>
/// <param name="Index">The snapshot's last entry.</param>
/// <param name="Term">Its term.</param>
internal sealed record ResetRequest(ShardLog Shard, LogIndex Index, Term Term)
{
    /// <summary>Ends when the reset is durable.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>A section of a frame to come.</summary>
/// <param name="Domain">Its domain.</param>
/// <param name="Bytes">Its records' bytes.</param>
internal readonly record struct PlannedSection(KeyDomainId Domain, int Bytes);

/// <summary>An append on its way to the disk.</summary>
/// <param name="Append">What was asked.</param>
/// <param name="Shard">The shard's part of the log.</param>
/// <param name="RecordBytes">What its records take in a section.</param>
internal readonly record struct QueuedAppend(LogAppend Append, ShardLog Shard, int RecordBytes);

/// <summary>State of a shard that the log writes for itself.</summary>
/// <param name="Shard">The shard's part of the log.</param>
/// <param name="Domain">The domain to seal it under.</param>
/// <param name="HardState">Its hard state; null when only the truncation is written.</param>
/// <param name="Truncation">Its truncation; null when only the hard state is written.</param>
internal readonly record struct ShardControl(
    ShardLog Shard, KeyDomainId Domain, HardState? HardState, (LogIndex Index, Term Term)? Truncation)
{
    /// <summary>True when the truncation is a reset: entries above it are gone as well.</summary>
    public bool IsReset { get; init; }

    /// <summary>What its records take in a section.</summary>
    public int RecordBytes =>
        (HardState is null ? 0 : RecordWriter.HardStateBytes) + (Truncation is null ? 0 : RecordWriter.TruncationBytes);

    /// <summary>Writes its records.</summary>
    public void Write(ref RecordWriter writer)
    {
        if (HardState is { } state)
        {
            writer.HardState(Shard.Id, state);
        }

        if (Truncation is { } reset && IsReset)
        {
            writer.Reset(Shard.Id, reset.Index, reset.Term);
        }
        else if (Truncation is { } truncation)
        {
            writer.Truncation(Shard.Id, truncation.Index, truncation.Term);
        }
    }
}

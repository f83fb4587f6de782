using Nacre.Core.Ids;

namespace Nacre.Core.Log;

/// <summary>What the log knows of a shard after recovery.</summary>
/// <param name="HardState">The last durable hard state; zeros when there is none.</param>
/// <param name="TruncationIndex">Entries through this index were released; the next one is the first that can be read.</param>
/// <param name="TruncationTerm">The term of <paramref name="TruncationIndex"/>; 0 when that is 0.</param>
/// <param name="LastIndex">The last entry; equal to <paramref name="TruncationIndex"/> when there is none.</param>
/// <param name="LastTerm">The term of <paramref name="LastIndex"/>.</param>
public readonly record struct ShardLogState(
    HardState HardState, LogIndex TruncationIndex, Term TruncationTerm, LogIndex LastIndex, Term LastTerm);

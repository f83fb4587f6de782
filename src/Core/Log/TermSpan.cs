using Nacre.Core.Ids;

namespace Nacre.Core.Log;

/// <summary>A run of entries of one term in a shard's log; it ends before the next run's first entry.</summary>
/// <param name="First">Its first entry.</param>
/// <param name="Term">Their term.</param>
public readonly record struct TermSpan(LogIndex First, Term Term);

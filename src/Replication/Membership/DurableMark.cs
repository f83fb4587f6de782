using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Membership;

/// <summary>
/// What is known of how far a replica's disk had come. Every whole disk has all of it for ever: what of a log may be dropped
/// later, an end that is not committed, counts only while the term lasts in which it was acknowledged.
/// </summary>
/// <param name="Term">A term that was flushed there.</param>
/// <param name="Index">An entry through which the log was flushed there, and committed.</param>
/// <param name="LedTerm">A term in which it acknowledged entries to the term's leader; 0 for none.</param>
/// <param name="Acknowledged">The last entry that it acknowledged in <paramref name="LedTerm"/>, committed or not.</param>
public readonly record struct DurableMark(Term Term, LogIndex Index, Term LedTerm, LogIndex Acknowledged)
{
    /// <summary>What is known by either.</summary>
    public DurableMark With(in DurableMark other) => new(
        Later(Term, other.Term),
        Later(Index, other.Index),
        Later(LedTerm, other.LedTerm),
        LedTerm == other.LedTerm ? Later(Acknowledged, other.Acknowledged) : LedTerm > other.LedTerm ? Acknowledged : other.Acknowledged);

    /// <summary>
    /// Whether a log may be the one that the mark tells of, or what became of it since. Within one term a replica follows one
    /// leader, and drops nothing that it acknowledged to it.
    /// </summary>
    /// <param name="log">As it was found at a start.</param>
    public bool IsKeptBy(in ShardLogState log) =>
        log.HardState.Term >= Term && log.LastIndex >= Index && (log.HardState.Term != LedTerm || log.LastIndex >= Acknowledged);

    private static Term Later(Term one, Term other) => one > other ? one : other;

    private static LogIndex Later(LogIndex one, LogIndex other) => one > other ? one : other;
}

using Nacre.Core.Commands;

namespace Nacre.Replication;

/// <summary>A command that a shard is asked to take into its log.</summary>
/// <param name="Header">The request's part of the entry header, of the current semantics and the shard's kind; the leader fills in the rest.</param>
/// <param name="Command">The encoded command; borrowed until <see cref="IProposer.ProposeAsync"/> has returned, not until it completes.</param>
public readonly record struct Proposal(EntryHeader Header, ReadOnlyMemory<byte> Command)
{
    /// <summary>True for commands that give space back, such as a range's removal: a full store takes them, too.</summary>
    public bool MayUseReserve { get; init; }

    /// <summary>
    /// True when the caller does nothing else until it is answered, so that its thread may as well write, flush and apply:
    /// <see cref="IProposer.ProposeAsync"/> then may block for a quick flush.
    /// </summary>
    public bool MayWait { get; init; }
}

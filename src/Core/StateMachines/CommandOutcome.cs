using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.StateMachines;

/// <summary>What applying one command came to; what the idempotency record remembers and the caller is told.</summary>
/// <param name="Code"><see cref="ErrorCode.None"/> when it took effect.</param>
/// <param name="Lsn">The write's log sequence number in its range; 0 when it took no effect or the command has none.</param>
/// <param name="Flags">What kind of effect it had.</param>
/// <param name="Detail">
/// For control commands, the encoded result; for refusals that need one, a UTF-8 message. For a command of several
/// item operations the <see cref="CommandEffect"/> of each, one byte each, or for a refusal one byte: the ordinal of the
/// operation that was refused. May be empty.
/// </param>
public readonly record struct CommandOutcome(ErrorCode Code, Lsn Lsn, CommandEffect Flags, ReadOnlyMemory<byte> Detail)
{
    /// <summary>
    /// The leader's time in the entry that took effect, in whole milliseconds: what the item's timestamp became. Under
    /// <see cref="CommandEffect.Repeated"/> that of the earlier entry. The default value for a refusal.
    /// </summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>A refusal without detail.</summary>
    public static CommandOutcome Refused(ErrorCode code) => new(code, default, CommandEffect.None, default);
}

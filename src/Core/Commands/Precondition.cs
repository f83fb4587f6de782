using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>
/// What must hold at apply for an operation to take effect; else PreconditionFailed, or NotFound for a Replace or
/// Delete of nothing.
/// </summary>
/// <param name="Kind">The condition.</param>
/// <param name="Lsn">For <see cref="PreconditionKind.IfMatch"/> the version, where 0 matches none; else 0.</param>
public readonly record struct Precondition(PreconditionKind Kind, Lsn Lsn)
{
    /// <summary>No condition.</summary>
    public static Precondition None => default;

    /// <summary>The item is not there (<c>If-None-Match: *</c>).</summary>
    public static Precondition IfAbsent => new(PreconditionKind.IfAbsent, default);

    /// <summary>The item is there (<c>If-Match: *</c>).</summary>
    public static Precondition IfPresent => new(PreconditionKind.IfPresent, default);

    /// <summary>The item is there in this version (<c>If-Match: etag</c>).</summary>
    public static Precondition IfMatch(Lsn lsn) => new(PreconditionKind.IfMatch, lsn);
}

namespace Nacre.Client;

/// <summary>Conditions of a read.</summary>
public sealed record ReadOptions
{
    /// <summary>Read only if the item no longer has this etag; else <see cref="NacreErrorCode.NotModified"/>. Null: no condition.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>
    /// What the read promises: the account's level or a weaker one, else <see cref="NacreErrorCode.ConsistencyTooStrong"/>.
    /// Null: <see cref="NacreClientOptions.Consistency"/>.
    /// </summary>
    public ConsistencyLevel? Consistency { get; init; }

    /// <summary>
    /// What another client's session has seen, as <see cref="WriteResult.SessionToken"/> or <see cref="Item{T}.SessionToken"/>
    /// of the same container: a read at session level has it, too. Several have commas between. Null: only this client's own.
    /// </summary>
    public string? SessionToken { get; init; }

    /// <summary>Time for this operation with its repetitions; null: <see cref="NacreClientOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }
}

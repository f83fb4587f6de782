namespace Nacre.Client;

/// <summary>Conditions of a read.</summary>
public sealed record ReadOptions
{
    /// <summary>Read only if the item no longer has this etag; else <see cref="NacreErrorCode.NotModified"/>. Null: no condition.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>Time for this operation with its repetitions; null: <see cref="NacreClientOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }
}

namespace Nacre.Client;

/// <summary>Conditions of a write.</summary>
public sealed record WriteOptions
{
    /// <summary>Write only if the item still has this etag; else <see cref="NacreErrorCode.PreconditionFailed"/>. Not for creates. Null: no condition.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Upsert only if the item is not there; else <see cref="NacreErrorCode.PreconditionFailed"/>.</summary>
    public bool OnlyIfAbsent { get; init; }

    /// <summary>
    /// The document's partition key, to have it checked against the document's own; else
    /// <see cref="NacreErrorCode.PartitionKeyMismatch"/>. Null: the server takes it from the document.
    /// </summary>
    public PartitionKey? PartitionKey { get; init; }

    /// <summary>Time for this operation with its repetitions; null: <see cref="NacreClientOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }
}

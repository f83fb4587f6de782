namespace Nacre.Client;

/// <summary>Who the server is.</summary>
/// <param name="ClusterId">32 hexadecimal digits.</param>
/// <param name="ServerVersion">Such as <c>0.1.0</c>.</param>
/// <param name="DataShards">Fixed when the data folder was made.</param>
/// <param name="MaxDocumentBytes">Longest document, in bytes of UTF-8 JSON.</param>
/// <param name="MaxBatchOperations">Most operations in a batch.</param>
/// <param name="ServerTime">The server's clock, UTC.</param>
public sealed record AccountProperties(
    string ClusterId, string ServerVersion, int DataShards, int MaxDocumentBytes, int MaxBatchOperations, DateTimeOffset ServerTime)
{
    /// <summary>What reads promise; null from a server that knows only strong reads.</summary>
    public ConsistencySettings? Consistency { get; init; }
}

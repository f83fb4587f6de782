namespace Nacre.Client;

/// <summary>How item operations travel.</summary>
public enum NacreTransport
{
    /// <summary>A signed gRPC call for each operation.</summary>
    Unary = 0,

    /// <summary>
    /// One long-lived stream for all operations, combined into batches while the wire is busy. Several times faster
    /// where many operations are under way at once, and not slower for one.
    /// </summary>
    Stream = 1,
}

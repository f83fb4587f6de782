namespace Nacre.Durability.Tests.Support;

/// <summary>A state of an item that a test allows.</summary>
/// <param name="Body">The document; null: the item is not there.</param>
/// <param name="ETag">Its etag; null where the write's answer was lost.</param>
/// <param name="Lsn">Its place in the order of changes; 0 where the write's answer was lost.</param>
internal sealed record Version(string? Body, string? ETag, ulong Lsn)
{
    public static readonly Version Absent = new(null, null, 0);
}

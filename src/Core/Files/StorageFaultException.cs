namespace Nacre.Core.Files;

/// <summary>The disk refused, failed, or gave back bytes that fail their check.</summary>
/// <param name="kind">What failed.</param>
/// <param name="file">The file's path.</param>
/// <param name="place">Where in the file: byte offset, block or frame, in words.</param>
/// <param name="detail">What was seen; no document text.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class StorageFaultException(
    StorageFaultKind kind, string file, string place, string detail, Exception? inner = null)
    : IOException($"{detail} ({file}, {place})", inner)
{
    /// <summary>What failed.</summary>
    public StorageFaultKind Kind { get; } = kind;

    /// <summary>The file's path.</summary>
    public string File { get; } = file;

    /// <summary>Where in the file.</summary>
    public string Place { get; } = place;
}

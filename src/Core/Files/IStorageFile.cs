namespace Nacre.Core.Files;

/// <summary>An open file. Positions are bytes from its beginning.</summary>
/// <remarks>
/// Thread-safe for reads and writes of distinct places. Every method throws <see cref="StorageFaultException"/>
/// when the disk refuses.
/// </remarks>
public interface IStorageFile : IDisposable
{
    /// <summary>The path it was opened by.</summary>
    string Path { get; }

    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read; fewer than the buffer's length only at the file's end.</returns>
    int Read(long position, Span<byte> buffer);

    /// <summary>Writes all of the buffer; the file grows as needed. Not durable before <see cref="Flush"/>.</summary>
    void Write(long position, ReadOnlySpan<byte> buffer);

    /// <summary>Makes written data durable (fdatasync; its result is checked).</summary>
    void Flush();

    /// <summary>Cuts or extends the file; what is added reads as zeros.</summary>
    void SetLength(long length);

    /// <summary>
    /// Reserves disk blocks up to <paramref name="length"/> so that later writes there do not fail for want of space.
    /// The file's length does not change. A file system that cannot reserve is asked in vain: only writing tells.
    /// </summary>
    void Allocate(long length);
}

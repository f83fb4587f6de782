using System.IO.Compression;
using System.Security.Cryptography;

namespace Nacre.Cli.Transfer;

/// <summary>A file to import: plain, or gzip told by its first bytes.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class SourceFile : IAsyncDisposable
{
    private const int FingerprintBytes = 64 * 1024;

    private readonly Stream _file;
    private readonly bool _isGzip;

    private SourceFile(Stream file, string? path, bool isGzip)
    {
        _file = file;
        _isGzip = isGzip;
        Path = path;
        Unpacked = isGzip ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
    }

    /// <summary>Null for standard input.</summary>
    public string? Path { get; }

    /// <summary>The lines.</summary>
    public Stream Unpacked { get; }

    /// <summary>How much of the file was read, 0 to 1; 0 where its length is not known.</summary>
    public double Fraction => Path is null || _file.Length == 0 ? 0 : (double)_file.Position / _file.Length;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SourceFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        Span<byte> magic = stackalloc byte[2];
        bool isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
        file.Position = 0;
        return new SourceFile(file, path, isGzip);
    }

    /// <summary>Takes standard input, plain.</summary>
    public static SourceFile Of(Stream input) => new(input, null, isGzip: false);

    /// <summary>Tells this file from others: its length, and a hash of its beginning and its end.</summary>
    public string Fingerprint()
    {
        long place = _file.Position;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] part = new byte[FingerprintBytes];
        hash.AppendData(BitConverter.GetBytes(_file.Length));
        foreach (long from in new[] { 0, Math.Max(0, _file.Length - FingerprintBytes) })
        {
            _file.Position = from;
            int read = _file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            hash.AppendData(part.AsSpan(0, read));
        }

        _file.Position = place;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Goes on behind what an earlier run has done.</summary>
    /// <param name="offset">Unpacked bytes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task SkipAsync(long offset, CancellationToken cancellationToken)
    {
        if (!_isGzip)
        {
            _file.Position = offset;
            return;
        }

        byte[] buffer = new byte[256 * 1024];
        while (offset > 0)
        {
            int read = await Unpacked.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{Path}' is shorter than what was imported of it.");
            }

            offset -= read;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isGzip)
        {
            await Unpacked.DisposeAsync().ConfigureAwait(false);
        }

        await _file.DisposeAsync().ConfigureAwait(false);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <summary>One file of a block log.</summary>
/// <remarks>
/// Reading its file and hashes is thread-safe between <see cref="TryAcquire"/> and <see cref="Release"/>; changing
/// it belongs to the log's writer.
/// </remarks>
internal sealed class Segment
{
    // Invariants:
    // - the header is the file's first sector and never changes;
    // - a group's hash is set when its tag sector was written, and never changes;
    // - once sealed, the root is the hash of the seal sector, and the file never changes;
    // - the file is closed when the segment was retired and nobody uses it.

    /// <summary>Begins every segment file.</summary>
    public static ReadOnlySpan<byte> Magic => "NACRESEG"u8;

    /// <summary>Version of the file's layout.</summary>
    public const uint FormatVersion = 1;

    private readonly BlockLogOptions _options;
    private readonly Lock _gate = new();
    private readonly byte[] _hashes;
    private IStorageFile? _file;
    private bool _hashesKnown;
    private int _users;
    private bool _retired;

    private Segment(BlockLogOptions options, long number, uint generation, IEnumerable<uint> epochs)
    {
        _options = options;
        Number = number;
        Generation = generation;
        Epochs = [.. epochs];
        _hashes = new byte[BlockGeometry.BlockBytes];
        FileName = options.Log.FileName(number, generation);
        Path = System.IO.Path.Combine(options.Directory, FileName);
    }

    /// <summary>Position among the log's segments, from 0.</summary>
    public long Number { get; }

    /// <summary>Counts how often the segment was rewritten under another key.</summary>
    public uint Generation { get; }

    /// <summary>The file's name within the folder.</summary>
    public string FileName { get; }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Ordinals of the epochs that its blocks are under.</summary>
    public SortedSet<uint> Epochs { get; }

    /// <summary>Hash of the seal sector; null until sealed.</summary>
    public byte[]? Root { get; private set; }

    /// <summary>Groups whose tag sector was written.</summary>
    public int CompleteGroups { get; set; }

    /// <summary>True while something was written and not yet flushed.</summary>
    public bool IsDirty { get; set; }

    /// <summary>File bytes that disk blocks were reserved for.</summary>
    public long AllocatedBytes { get; set; }

    /// <summary>Creates the file with its header.</summary>
    public static Segment Create(BlockLogOptions options, long number, uint generation)
    {
        Segment segment = new(options, number, generation, []) { _hashesKnown = true, IsDirty = true };
        segment._file = options.FileSystem.Open(segment.Path, StorageFileMode.ExistingOrNew);
        try
        {
            segment._file.SetLength(0);
            Span<byte> header = stackalloc byte[BlockGeometry.BlockBytes];
            segment.WriteHeader(header);
            segment._file.Write(0, header);
            return segment;
        }
        catch
        {
            // Nobody knows of the file yet, so that nobody else would ever remove it.
            segment._file.Dispose();
            options.FileSystem.Delete(segment.Path);
            throw;
        }
    }

    /// <summary>A sealed segment; the file is opened at first use.</summary>
    public static Segment Sealed(BlockLogOptions options, SealedSegmentState state) =>
        new(options, state.Number, state.Generation, state.Epochs)
        {
            Root = state.Root,
            CompleteGroups = options.Geometry.Groups,
        };

    /// <summary>The segment that is being filled.</summary>
    public static Segment Tail(BlockLogOptions options, TailSegmentState state)
    {
        Segment segment = new(options, state.Number, state.Generation, state.Epochs)
        {
            CompleteGroups = state.Hashes.Length / BlockGeometry.HashBytes,
            _hashesKnown = true,
        };
        state.Hashes.CopyTo(segment._hashes, 0);
        return segment;
    }

    /// <summary>Begins a use of the file.</summary>
    /// <returns>False when the segment is gone.</returns>
    /// <exception cref="StorageFaultException">
    /// The file cannot be opened, or its header is not the right one.
    /// </exception>
    public bool TryAcquire()
    {
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            if (_file is null)
            {
                Open();
            }

            _users++;
            return true;
        }
    }

    /// <summary>Ends a use of the file.</summary>
    public void Release()
    {
        lock (_gate)
        {
            Invariant.Check(_users > 0);
            _users--;
            CloseWhenIdle();
        }
    }

    /// <summary>Lets go of the file as soon as nobody uses it.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _retired = true;
            CloseWhenIdle();
        }
    }

    /// <summary>Reads a part of the file.</summary>
    /// <exception cref="StorageFaultException">The disk refuses, or the file ends early.</exception>
    public void Read(long position, Span<byte> buffer)
    {
        int read = _file!.Read(position, buffer);
        if (read < buffer.Length)
        {
            throw Corrupt($"offset {position + read}", "the file ends early");
        }
    }

    /// <summary>Writes a part of the file.</summary>
    public void Write(long position, ReadOnlySpan<byte> bytes)
    {
        IsDirty = true;
        _file!.Write(position, bytes);
    }

    /// <summary>Makes what was written durable.</summary>
    public void Flush() => _file!.Flush();

    /// <summary>Reserves disk blocks.</summary>
    public void Allocate(long bytes)
    {
        if (bytes > AllocatedBytes)
        {
            _file!.Allocate(bytes);
            AllocatedBytes = bytes;
        }
    }

    /// <summary>Length of the file.</summary>
    public long FileLength => _file!.Length;

    /// <summary>The hash of a complete group's tags.</summary>
    /// <param name="group">Within the segment.</param>
    /// <exception cref="StorageFaultException">The seal sector fails its check.</exception>
    public ReadOnlySpan<byte> HashOf(int group)
    {
        lock (_gate)
        {
            if (!_hashesKnown)
            {
                LoadHashes();
            }
        }

        return _hashes.AsSpan(group * BlockGeometry.HashBytes, BlockGeometry.HashBytes);
    }

    /// <summary>Hashes of the first groups, one after another.</summary>
    public byte[] FirstHashes(int groups) => _hashes[..(groups * BlockGeometry.HashBytes)];

    /// <summary>Notes a group's hash; writes the seal sector when it was the last one.</summary>
    /// <param name="group">Within the segment.</param>
    /// <param name="tags">The tag sector.</param>
    public void Complete(int group, ReadOnlySpan<byte> tags)
    {
        Invariant.Check(Root is null);
        SHA256.HashData(tags, _hashes.AsSpan(group * BlockGeometry.HashBytes, BlockGeometry.HashBytes));
        CompleteGroups++;
        if (CompleteGroups == _options.Geometry.Groups)
        {
            Write(_options.Geometry.SealPosition, _hashes);
            Root = SHA256.HashData(_hashes);
        }
    }

    /// <summary>A fault that names this file.</summary>
    public StorageFaultException Corrupt(string place, string detail) =>
        new(StorageFaultKind.Corrupt, Path, place, detail);

    private void Open()
    {
        IStorageFile file = _options.FileSystem.Open(
            Path, _options.IsReadOnly ? StorageFileMode.ReadOnly : StorageFileMode.Existing);
        try
        {
            Span<byte> expected = stackalloc byte[BlockGeometry.BlockBytes];
            Span<byte> found = stackalloc byte[BlockGeometry.BlockBytes];
            WriteHeader(expected);
            if (file.Read(0, found) < found.Length || !found.SequenceEqual(expected))
            {
                throw Corrupt("header", "the header is not this segment's");
            }

            _file = file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void LoadHashes()
    {
        Read(_options.Geometry.SealPosition, _hashes);
        Span<byte> root = stackalloc byte[BlockGeometry.HashBytes];
        SHA256.HashData(_hashes, root);
        if (!root.SequenceEqual(Root))
        {
            throw Corrupt("seal", "the seal sector is not the one that the manifest names");
        }

        _hashesKnown = true;
    }

    private void WriteHeader(Span<byte> sector)
    {
        sector.Clear();
        Magic.CopyTo(sector);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[8..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[12..], (uint)_options.Geometry.Groups);
        _options.Store.Write(sector[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[32..], (uint)_options.Log.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[36..], _options.Log.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[40..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(sector[48..], (ulong)Number);
    }

    private void CloseWhenIdle()
    {
        if (_retired && _users == 0)
        {
            _file?.Dispose();
            _file = null;
        }
    }
}

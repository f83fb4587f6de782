using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Snapshots;

/// <summary>A snapshot that is read from a checkpoint's files, as they lie there: sealed.</summary>
/// <remarks>Thread-safe, but for the disposal.</remarks>
internal sealed class SnapshotSource : ISnapshotSource
{
    // Invariants:
    // - the bytes below each file's length do not change while this lives: whoever made it holds them;
    // - equal ids mean equal bytes: the first file proves all others, and the id is a hash over it.
    private readonly IFileSystem _files;
    private readonly ImmutableArray<HeldFile> _held;
    private readonly IStorageFile?[] _open;
    private readonly Action _release;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>Makes one.</summary>
    /// <param name="files">Where the files are.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="point">What state machine and log say of the checkpoint.</param>
    /// <param name="held">The files; the first one is in memory, and proves the others.</param>
    /// <param name="release">Called once, when nothing is read any more.</param>
    public SnapshotSource(
        IFileSystem files, ShardId shard, SnapshotState point, ImmutableArray<HeldFile> held, Action release)
    {
        Invariant.Check(held[0].Path is null);
        _files = files;
        _held = held;
        _open = new IStorageFile?[held.Length];
        _release = release;
        Manifest = new SnapshotManifest(
            IdOf(shard, held), shard, point.Index, point.Set, point.RunningHash,
            [.. held.Select(file => new SnapshotFile(file.Name, file.Length))]);
    }

    /// <inheritdoc/>
    public SnapshotManifest Manifest { get; }

    /// <inheritdoc/>
    public int Read(int file, long offset, Span<byte> into)
    {
        HeldFile held = _held[file];
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)held.Length);
        int wanted = (int)Math.Min(into.Length, held.Length - offset);
        if (held.Path is null)
        {
            held.Bytes.Span.Slice((int)offset, wanted).CopyTo(into);
            return wanted;
        }

        int read = Open(file, held.Path).Read(offset, into[..wanted]);
        return read == wanted
            ? read
            : throw new StorageFaultException(StorageFaultKind.Corrupt, held.Path, $"offset {offset + read}", "the file ends early");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            foreach (IStorageFile? file in _open)
            {
                file?.Dispose();
            }
        }

        _release();
    }

    private static UInt128 IdOf(ShardId shard, ImmutableArray<HeldFile> held)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, shard.Value);
        hash.AppendData(number);
        hash.AppendData(held[0].Bytes.Span);
        foreach (HeldFile file in held)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Name));
            BinaryPrimitives.WriteInt64LittleEndian(number, file.Length);
            hash.AppendData(number);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private IStorageFile Open(int file, string path)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _open[file] ??= _files.Open(path, StorageFileMode.ReadOnly);
        }
    }
}

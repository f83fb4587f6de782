using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Snapshots;

/// <summary>A snapshot that is put together in the staging folder.</summary>
/// <remarks>One caller at a time.</remarks>
internal sealed class SnapshotTarget : ISnapshotTarget
{
    // Invariants:
    // - the transfer file never says more of a file than is durable of it;
    // - what is in staging beyond that is cut off when the transfer goes on.
    private readonly SnapshotFolder _folder;
    private readonly IFileSystem _files;
    private readonly SnapshotManifest _manifest;
    private readonly Func<string, Result<SnapshotState>> _verify;
    private readonly Action _closed;
    private readonly IStorageFile?[] _open;
    private readonly bool[] _isDirty;
    private readonly long[] _received;
    private bool _isComplete;
    private bool _isDisposed;

    /// <summary>Opens staging: where the transfer of this snapshot was cut off, or empty.</summary>
    /// <param name="folder">The shard's folder.</param>
    /// <param name="files">Where it is.</param>
    /// <param name="manifest">What is to come; checked.</param>
    /// <param name="verify">Opens the staged files, checks every byte, and says what state they hold.</param>
    /// <param name="closed">Called once, at the end.</param>
    public SnapshotTarget(
        SnapshotFolder folder, IFileSystem files, SnapshotManifest manifest, Func<string, Result<SnapshotState>> verify, Action closed)
    {
        _folder = folder;
        _files = files;
        _manifest = manifest;
        _verify = verify;
        _closed = closed;
        _open = new IStorageFile?[manifest.Files.Length];
        _isDirty = new bool[manifest.Files.Length];
        _received = Resume() ?? Begin();
    }

    /// <inheritdoc/>
    public ImmutableArray<long> Received => [.. _received];

    /// <inheritdoc/>
    public void Write(int file, long offset, ReadOnlySpan<byte> bytes)
    {
        Invariant.Check(!_isDisposed);
        Invariant.Check(offset == _received[file]);
        Invariant.Check(bytes.Length <= _manifest.Files[file].Length - offset);
        Open(file).Write(offset, bytes);
        _received[file] += bytes.Length;
        _isDirty[file] = true;
    }

    /// <inheritdoc/>
    public void Flush()
    {
        Invariant.Check(!_isDisposed);
        if (!_isDirty.Contains(true))
        {
            return;
        }

        for (int file = 0; file < _open.Length; file++)
        {
            if (_isDirty[file])
            {
                _open[file]!.Flush();
                _isDirty[file] = false;
                CloseWhenWhole(file);
            }
        }

        // The rename's sync makes the names of new files durable, too.
        SnapshotFiles.Replace(_files, _folder.Staging, SnapshotFiles.TransferName, SnapshotFiles.WriteTransfer(_manifest, _received));
    }

    /// <inheritdoc/>
    public Result<Unit> Complete()
    {
        Invariant.Check(!_isDisposed);
        for (int file = 0; file < _received.Length; file++)
        {
            Invariant.Check(_received[file] == _manifest.Files[file].Length);
            if (_received[file] == 0)
            {
                // Nothing was ever written to it, so that it may not be there.
                Open(file);
                _isDirty[file] = true;
            }
        }

        Flush();
        Result<SnapshotState> state = _verify(_folder.Staging);
        NacreError? wrong = !state.IsOk ? state.Error : WrongState(state.Value);
        if (wrong is { } error)
        {
            CloseFiles();
            _files.DeleteDirectory(_folder.Staging);
            Dispose();
            return error;
        }

        _isComplete = true;
        return Unit.Value;
    }

    /// <inheritdoc/>
    public void Install(Term term)
    {
        Invariant.Check(_isComplete);
        Invariant.Check(!_isDisposed);
        CloseFiles();
        _folder.Install(new SnapshotPoint(_manifest.Index, term), _manifest.Files);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            CloseFiles();
            _closed();
        }
    }

    private NacreError? WrongState(in SnapshotState state)
    {
        bool isIt = state.Index == _manifest.Index && state.RunningHash == _manifest.RunningHash
            && state.Set?.Index == _manifest.Set?.Index
            && EncodedSet(state.Set).AsSpan().SequenceEqual(EncodedSet(_manifest.Set));
        return isIt ? null : new NacreError(
            ErrorCode.Corrupt, $"The snapshot of shard {_manifest.Shard} holds another state than its manifest says: entry {state.Index}, not {_manifest.Index}, or another replica set or hash.");
    }

    private static byte[] EncodedSet(Core.Commands.LoggedReplicaSet? logged) =>
        logged is { } known ? Core.Commands.ReplicaSetCodec.Encode(known.Set) : [];

    private long[]? Resume()
    {
        byte[]? transfer = SnapshotFiles.TryRead(_files, Path.Combine(_folder.Staging, SnapshotFiles.TransferName));
        if (transfer is null || !SnapshotFiles.TryReadTransfer(transfer, _manifest, out long[] received))
        {
            return null;
        }

        for (int file = 0; file < received.Length; file++)
        {
            string path = PathOf(file);
            if (received[file] > 0 && !_files.FileExists(path))
            {
                return null;
            }

            if (_files.FileExists(path))
            {
                using IStorageFile staged = _files.Open(path, StorageFileMode.Existing);
                if (staged.Length < received[file])
                {
                    return null;
                }

                staged.SetLength(received[file]);
            }
        }

        return received;
    }

    private long[] Begin()
    {
        long[] received = new long[_manifest.Files.Length];
        _files.DeleteDirectory(_folder.Staging);
        _files.CreateDirectory(_folder.Staging);
        SnapshotFiles.Replace(_files, _folder.Staging, SnapshotFiles.TransferName, SnapshotFiles.WriteTransfer(_manifest, received));
        return received;
    }

    private string PathOf(int file) => Path.Combine(_folder.Staging, _manifest.Files[file].Name);

    private IStorageFile Open(int file) => _open[file] ??= _files.Open(PathOf(file), StorageFileMode.ExistingOrNew);

    private void CloseWhenWhole(int file)
    {
        if (_received[file] == _manifest.Files[file].Length)
        {
            _open[file]!.Dispose();
            _open[file] = null;
        }
    }

    private void CloseFiles()
    {
        for (int file = 0; file < _open.Length; file++)
        {
            _open[file]?.Dispose();
            _open[file] = null;
        }
    }
}

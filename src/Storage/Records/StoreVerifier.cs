using System.Globalization;
using Nacre.Core.Files;
using Nacre.Storage.Devices;
using Nacre.Storage.Snapshots;

namespace Nacre.Storage.Records;

/// <summary>
/// Checks a shard's folder without opening the store: every manifest, and for each the header, seal, tags and blocks
/// of every file that it names. Changes nothing.
/// </summary>
/// <remarks>
/// What cannot be told from the folder alone: that all of it was replaced by an older copy of all of it. The shared log
/// tells, for it no longer has the entries that such a copy needs.
/// </remarks>
internal sealed class StoreVerifier
{
    // Invariants:
    // - a place is reported once, also when two manifests name it.
    private readonly ShardStoreOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly HashSet<StoreFinding> _seen = [];
    private readonly List<StoreFinding> _findings = [];
    private readonly List<StoreFinding> _notes = [];
    private readonly HashSet<string> _named = [];
    private readonly HashSet<(string File, string Proof)> _checked = [];

    // The newest comes first. The older checkpoint ends sooner: what is beyond it belongs to the newest.
    private bool _isNewest = true;
    private long _blocks;

    private StoreVerifier(ShardStoreOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Checks a folder that no store has open. Waits for the disk.</summary>
    /// <param name="options">As for opening; memory and threads are not used.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="StorageFaultException">The folder itself cannot be read.</exception>
    public static StoreVerification Verify(ShardStoreOptions options, CancellationToken cancellationToken) =>
        new StoreVerifier(options, cancellationToken).Run();

    private StoreVerification Run()
    {
        ManifestFolder folder = new(
            _options.FileSystem, _options.Directory, _options.Shard, _options.Keys, _options.Random);
        List<ulong> readable = [];
        HashSet<string> manifests = [];
        foreach (ulong generation in folder.List())
        {
            manifests.Add(ManifestFolder.NameOf(generation));
            _cancellationToken.ThrowIfCancellationRequested();
            try
            {
                ShardManifest manifest = folder.Read(generation).Manifest;
                readable.Add(generation);
                Check(manifest);
                _isNewest = false;
            }
            catch (StorageFaultException fault)
            {
                Report(fault);
            }
        }

        foreach (string name in _options.FileSystem.ListFiles(_options.Directory))
        {
            if (!_named.Contains(name) && !manifests.Contains(name) && name != SnapshotFiles.ResetName)
            {
                _notes.Add(new StoreFinding(
                    Path.Combine(_options.Directory, name), "file", "belongs to nothing: no readable manifest names it"));
            }
        }

        return new StoreVerification(_findings, _notes, readable, _blocks);
    }

    private void Check(ShardManifest manifest)
    {
        BlockGeometry geometry = new(manifest.Groups);
        foreach (RecordManifest records in new[] { manifest.Items, manifest.Nodes })
        {
            Check(manifest.Store, geometry, records.Blocks);
            if (records.Index is { } index)
            {
                Check(manifest.Store, geometry, index.Blocks);
            }
        }
    }

    private void Check(StoreId store, BlockGeometry geometry, BlockLogState state)
    {
        BlockLogOptions options = new()
        {
            FileSystem = _options.FileSystem,
            Directory = _options.Directory,
            Store = store,
            Log = state.Log,
            Geometry = geometry,
            Keys = _options.Keys,
            Domain = _options.Domain,
            Random = _options.Random,
            IsReadOnly = true,
            CachedTagGroups = 1,
        };
        using BlockLog log = new(options, state);
        foreach (SealedSegmentState segment in state.Sealed)
        {
            string name = state.Log.FileName(segment.Number, segment.Generation);
            long start = segment.Number * geometry.SegmentBytes;
            long end = start + geometry.SegmentBytes;
            CheckSegment(log, name, Convert.ToHexString(segment.Root), start, end, geometry.FileBytes, isFull: true);
        }

        if (state.Tail is { } tail)
        {
            string name = state.Log.FileName(tail.Number, tail.Generation);
            string proof = state.End.ToString(CultureInfo.InvariantCulture);
            long start = tail.Number * geometry.SegmentBytes;
            CheckSegment(log, name, proof, start, state.End, geometry.FileBytesThrough(state.End, tail.Number), isFull: false);
        }
    }

    private void CheckSegment(BlockLog log, string name, string proof, long start, long end, long fileBytes, bool isFull)
    {
        _named.Add(name);
        if (!_checked.Add((name, proof)))
        {
            return;
        }

        string path = Path.Combine(_options.Directory, name);
        if (!_options.FileSystem.FileExists(path))
        {
            Report(new StoreFinding(path, "file", "the file is missing"));
            return;
        }

        CheckLength(path, fileBytes, isFull);
        byte[] buffer = new byte[BlockGeometry.GroupBytes];
        for (long address = start; address < end; address += BlockGeometry.GroupBytes)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            int bytes = (int)Math.Min(BlockGeometry.GroupBytes, end - address);
            if (!TryRead(log, address, buffer.AsSpan(0, bytes), report: false))
            {
                // Once more, block by block, to tell which.
                for (int offset = 0; offset < bytes; offset += BlockGeometry.BlockBytes)
                {
                    TryRead(log, address + offset, buffer.AsSpan(offset, BlockGeometry.BlockBytes), report: true);
                }
            }
        }

        Array.Clear(buffer);
    }

    private void CheckLength(string path, long fileBytes, bool isFull)
    {
        using IStorageFile file = _options.FileSystem.Open(path, StorageFileMode.ReadOnly);
        long length = file.Length;
        if (length < fileBytes)
        {
            Report(new StoreFinding(path, $"offset {length}", $"the file ends early: {length} bytes instead of {fileBytes}"));
        }
        else if (length > fileBytes && isFull)
        {
            Report(new StoreFinding(
                path, $"offset {fileBytes}", $"the file is longer than what was sealed: {length} bytes instead of {fileBytes}"));
        }
        else if (length > fileBytes && _isNewest)
        {
            _notes.Add(new StoreFinding(
                path, $"offset {fileBytes}", $"{length - fileBytes} bytes beyond the last checkpoint, written before a crash, not used"));
        }
    }

    private bool TryRead(BlockLog log, long address, Span<byte> buffer, bool report)
    {
        try
        {
            log.Read(address, buffer);
            _blocks += buffer.Length / BlockGeometry.BlockBytes;
            return true;
        }
        catch (StorageFaultException fault)
        {
            if (report)
            {
                Report(fault);
            }

            return false;
        }
    }

    private void Report(StorageFaultException fault) => Report(new StoreFinding(fault.File, fault.Place, fault.Message));

    private void Report(StoreFinding finding)
    {
        if (_seen.Add(finding))
        {
            _findings.Add(finding);
        }
    }
}

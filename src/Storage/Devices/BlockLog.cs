using System.Buffers.Binary;
using System.Collections.Concurrent;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Storage.Devices;

/// <summary>
/// An encrypted address space over segment files. Every block is written once; no sector that a checkpoint relies on
/// is ever written again in place.
/// </summary>
/// <remarks>
/// Reads are thread-safe and may run beside everything else. Writing, sealing and capturing hold one lock and come
/// from the device's writer; reserving room holds another, so that it never waits behind a checkpoint's pages.
/// Addresses are bytes, multiples of 4096.
/// </remarks>
internal sealed partial class BlockLog : IDisposable
{
    // Invariants:
    // - a block is written once in the life of a log, but for blocks above the end that it was opened with;
    // - a block below the written mark has its tag entry: in the group that is being filled, in the cache, or in
    //   its segment's file under a hash that the seal sector or the manifest proves;
    // - a tag sector and a seal sector are written once, when they are complete;
    // - blocks at or above the written mark read as zeros, nothing else does;
    // - segments are made, and disk blocks reserved, under _room, which is taken last, and none after the end: a segment that
    //   is not known any more would be made anew, over the file that has its blocks.
    private readonly BlockLogOptions _options;
    private readonly BlockGeometry _geometry;
    private readonly EpochTable _epochs;
    private readonly TagCache _cache;
    private readonly ConcurrentDictionary<TagKey, TagGroup> _filling = new();
    private readonly ConcurrentDictionary<long, Segment> _segments = new();
    private readonly Lock _writer = new();
    private readonly Lock _room = new();
    private readonly SortedDictionary<long, long> _ahead = [];
    private readonly byte[] _scratch = new byte[BlockGeometry.GroupBytes + BlockGeometry.BlockBytes];
    private long _writtenUntil;
    private bool _directoryDirty;
    private bool _hasEnded;

    /// <summary>
    /// Opens a log as a manifest describes it, or a new one. Files are opened when they are first used.
    /// </summary>
    public BlockLog(BlockLogOptions options, BlockLogState state)
    {
        Invariant.Check(state.Log == options.Log);
        Invariant.Check(state.End % BlockGeometry.BlockBytes == 0);
        _options = options;
        _geometry = options.Geometry;
        _cache = new TagCache(options.CachedTagGroups);
        _epochs = new EpochTable(options, state.Epochs, state.NextEpoch);
        _writtenUntil = state.End;
        foreach (SealedSegmentState segment in state.Sealed)
        {
            _segments[segment.Number] = Segment.Sealed(options, segment);
        }

        if (state.Tail is { } tail)
        {
            _segments[tail.Number] = Segment.Tail(options, tail);
            if (tail.Tags.Length > 0)
            {
                TagGroup tags = new() { Written = tail.Tags.Length / BlockGeometry.TagBytes };
                tail.Tags.CopyTo(tags.Entries, 0);
                _filling[new TagKey(BlockGeometry.GroupOf(state.End), tail.Generation)] = tags;
            }
        }
    }

    /// <summary>What it was made with.</summary>
    public BlockLogOptions Options => _options;

    /// <summary>Where the data written without gaps ends.</summary>
    public long WrittenUntil => Volatile.Read(ref _writtenUntil);

    /// <summary>Names of the files in use.</summary>
    public IEnumerable<string> Files() => _segments.Values.Select(segment => segment.FileName);

    /// <summary>Data keys that blocks are under, written or about to be.</summary>
    public IReadOnlyList<DataKeyId> Keys()
    {
        lock (_writer)
        {
            HashSet<uint> epochs = [.. _segments.Values.SelectMany(segment => segment.Epochs)];
            return [.. _epochs.Select(epochs).Select(epoch => epoch.Key).Distinct()];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_room)
        {
            _hasEnded = true;
            foreach (Segment segment in _segments.Values)
            {
                segment.Retire();
            }

            // A read that comes late finds nothing, instead of looking for a successor for ever.
            _segments.Clear();
        }

        _epochs.Dispose();
    }

    /// <summary>Makes sure that every file that the manifest named is there.</summary>
    /// <exception cref="StorageFaultException">One is missing.</exception>
    public void RequireFiles()
    {
        HashSet<string> present = [.. _options.FileSystem.ListFiles(_options.Directory)];
        foreach (Segment segment in _segments.Values.OrderBy(segment => segment.Number))
        {
            if (!present.Contains(segment.FileName))
            {
                throw segment.Corrupt("file", "the file is missing");
            }
        }
    }

    private void WriteAssociated(Span<byte> associated, Segment segment, long address)
    {
        Invariant.Check(associated.Length == BlockCipher.AssociatedBytes);
        _options.Store.Write(associated);
        BinaryPrimitives.WriteUInt32LittleEndian(associated[16..], (uint)_options.Log.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(associated[20..], _options.Log.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(associated[24..], segment.Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(associated[28..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(associated[32..], (ulong)address);
    }
}

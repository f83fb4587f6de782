using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Storage.Devices;
using Nacre.Storage.Records;

namespace Nacre.Durability.Tests.Support;

/// <content>docs/formats/store.md.</content>
internal sealed partial class NonceLedgerReader
{
    private const int SectorBytes = 4096;
    private const int GroupBlocks = 128;
    private const int GroupBytes = GroupBlocks * SectorBytes;
    private const int TagBytes = 32;

    private readonly Dictionary<string, StoreSegment> _segments = [];
    private readonly Dictionary<string, NonceLedgerEpochs> _epochs = [];
    private readonly HashSet<(string Path, long Position)> _proved = [];

    private void ReadBlocks(string path, long position, ReadOnlySpan<byte> bytes)
    {
        if (position == 0)
        {
            BeginSegment(path, bytes);
            return;
        }

        StoreSegment segment = SegmentOf(path);
        for (int offset = 0; offset < bytes.Length; offset += SectorBytes)
        {
            ReadOnlySpan<byte> sector = bytes.Slice(offset, SectorBytes);
            long at = position + offset - SectorBytes;
            long group = at / (GroupBytes + SectorBytes);
            long inGroup = at % (GroupBytes + SectorBytes);
            if (group == segment.Groups && inGroup == 0)
            {
                CheckSealSector(path, segment, sector);
            }
            else if (inGroup == GroupBytes)
            {
                CheckTags(path, segment, group, sector, Overlaid(path, position, bytes));
                _ledger.NoteClear(NonceLedgerKind.TagSector);
            }
            else
            {
                Attribute(segment, sector, $"{_where} + {offset}");
            }
        }
    }

    private void BeginSegment(string path, ReadOnlySpan<byte> header)
    {
        if (header.Length != SectorBytes || !header.StartsWith("NACRESEG"u8) || header[44..48].ContainsAnyExcept((byte)0) || header[56..].ContainsAnyExcept((byte)0))
        {
            Fault("not a segment's header");
        }

        _segments[path] = new StoreSegment(header.ToArray());
        _proved.RemoveWhere(block => block.Path == path);
        _ledger.NoteClear(NonceLedgerKind.StoreSegmentHeader);
    }

    /// <summary>A segment of this life, or one that an earlier life began.</summary>
    private StoreSegment SegmentOf(string path)
    {
        if (!_segments.TryGetValue(path, out StoreSegment? segment))
        {
            _segments[path] = segment = new StoreSegment(_disk.Get(path)[..SectorBytes]);
        }

        return segment;
    }

    private void Attribute(StoreSegment segment, ReadOnlySpan<byte> block, string where)
    {
        string log = Convert.ToHexString(segment.Binding);
        if (!_epochs.TryGetValue(log, out NonceLedgerEpochs? epochs))
        {
            _epochs[log] = epochs = new NonceLedgerEpochs(segment.Binding, _keys, _random);
        }

        if (epochs.TryAttribute(block, out byte[] key, out byte[] nonce))
        {
            _ledger.NoteBlock(segment.Kind, key, nonce, block, where);
        }
        else
        {
            Fault($"the block at {where} is under no key that was drawn in this life");
        }
    }

    /// <summary>A group's tags, from its sector or from a manifest, against the blocks and against what was noted of them.</summary>
    /// <returns>For each entry its epoch's ordinal and the key.</returns>
    private List<(uint Ordinal, byte[] Key)> CheckTags(string path, StoreSegment segment, long group, ReadOnlySpan<byte> entries, ReadOnlySpan<byte> file)
    {
        var found = new List<(uint, byte[])>();
        for (int i = 0; i < entries.Length / TagBytes; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * TagBytes, TagBytes);
            long position = SectorBytes + (group * (GroupBytes + SectorBytes)) + (i * SectorBytes);
            if (!_proved.Add((path, position)))
            {
                continue;
            }

            ReadOnlySpan<byte> block = file.Slice((int)position, SectorBytes);
            byte[] counter = [.. entry[8..16], 0, 0, 0, 0];
            if (!_ledger.TryFindBlock(block, out byte[] key, out byte[] nonce) || !nonce.AsSpan().SequenceEqual(counter))
            {
                Fault($"block {i} of group {group} of {Path.GetFileName(path)} has a tag that names nonce {Convert.ToHexString(counter)}, noted was {Convert.ToHexString(nonce)}");
                continue;
            }

            byte[] associated = new byte[40];
            segment.Place.CopyTo(associated);
            BinaryPrimitives.WriteInt64LittleEndian(associated.AsSpan(32), ((segment.Number * segment.Groups) + group) * GroupBytes + (i * SectorBytes));
            try
            {
                using var cipher = new AesGcm(key, 16);
                cipher.Decrypt(nonce, block, entry[16..], new byte[SectorBytes], associated);
            }
            catch (AuthenticationTagMismatchException)
            {
                Fault($"the tag of block {i} of group {group} of {Path.GetFileName(path)} does not hold");
            }

            _ledger.NoteTag(key, nonce, entry[16..], _where);
            found.Add((BinaryPrimitives.ReadUInt32LittleEndian(entry), key));
        }

        return found;
    }

    private void CheckSealSector(string path, StoreSegment segment, ReadOnlySpan<byte> sector)
    {
        byte[] file = _disk.Get(path);
        for (int group = 0; group < segment.Groups; group++)
        {
            int tagsAt = SectorBytes + (group * (GroupBytes + SectorBytes)) + GroupBytes;
            if (!SHA256.HashData(file.AsSpan(tagsAt, SectorBytes)).AsSpan().SequenceEqual(sector.Slice(group * 32, 32)))
            {
                Fault($"the seal sector has another hash of group {group}");
            }
        }

        if (sector[(segment.Groups * 32)..].ContainsAnyExcept((byte)0))
        {
            Fault("the seal sector's padding is not zero");
        }

        _ledger.NoteClear(NonceLedgerKind.SealSector);
    }

    private void ReadManifest(string folder, ReadOnlySpan<byte> file)
    {
        byte[]? key = _keys.Derive(BinaryPrimitives.ReadUInt32LittleEndian(file[24..]), [.. "nacre store manifest"u8, .. file[32..48]]);
        if (Open(NonceLedgerKind.Manifest, key, new byte[12], file[48..^16], file[^16..], file[..48]) is not { } content)
        {
            return;
        }

        ShardManifest manifest = ShardManifestCodec.Decode(content);
        foreach (BlockLogState? log in (BlockLogState?[])[manifest.Items.Blocks, manifest.Nodes.Blocks, manifest.Items.Index?.Blocks, manifest.Nodes.Index?.Blocks])
        {
            CheckTail(folder, log);
        }
    }

    /// <summary>The tags of the group that a log's end lies in stand in the manifest, and the epochs of all.</summary>
    private void CheckTail(string folder, BlockLogState? log)
    {
        if (log?.Tail is not { Tags.Length: > 0 } tail)
        {
            return;
        }

        string path = Path.Combine(folder, log.Log.FileName(tail.Number, tail.Generation));
        StoreSegment segment = SegmentOf(path);
        foreach ((uint ordinal, byte[] key) in CheckTags(path, segment, tail.Hashes.Length / 32, tail.Tags, _disk.Get(path)))
        {
            BlockEpoch epoch = log.Epochs.Single(epoch => epoch.Ordinal == ordinal);
            byte[] salt = new byte[16];
            BinaryPrimitives.WriteUInt128LittleEndian(salt, epoch.Salt);
            if (!NonceLedgerEpochs.KeyOf(_keys, epoch.Key.Value, segment.Binding, salt).AsSpan().SequenceEqual(key))
            {
                Fault($"epoch {ordinal} of {Path.GetFileName(path)} has another key than its blocks");
            }
        }
    }

    private byte[] Overlaid(string path, long position, ReadOnlySpan<byte> bytes)
    {
        byte[] file = _disk.Get(path);
        Array.Resize(ref file, (int)Math.Max(file.Length, position + bytes.Length));
        bytes.CopyTo(file.AsSpan((int)position));
        return file;
    }

    /// <summary>What a segment's header says.</summary>
    private sealed class StoreSegment(byte[] header)
    {
        public int Groups { get; } = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));

        public long Number { get; } = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(48));

        public NonceLedgerKind Kind { get; } = NonceLedgerKind.ItemBlock + BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(32)) - 1;

        /// <summary>Store id, log and ordinal of the index checkpoint: what a key's info has of a segment.</summary>
        public byte[] Binding { get; } = header[16..40];

        /// <summary>The same with the file's generation and zeros: what a block's associated data have of it.</summary>
        public byte[] Place { get; } = header[16..48];
    }
}

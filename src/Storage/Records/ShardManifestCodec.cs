using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>The bytes of a manifest before they are sealed. See docs/formats/store.md.</summary>
internal static class ShardManifestCodec
{
    /// <summary>Encodes a manifest.</summary>
    public static byte[] Encode(ShardManifest manifest)
    {
        StateWriter writer = new();
        writer.UInt64(manifest.Generation);
        writer.UInt128(manifest.Store.Value);
        writer.UInt32((uint)manifest.Groups);
        writer.UInt32((uint)manifest.PageBytes);
        writer.UInt64(manifest.Applied.Value);
        Write(writer, manifest.Items);
        Write(writer, manifest.Nodes);
        writer.Bytes(manifest.Meta.Span);
        return writer.Written.ToArray();
    }

    /// <summary>Decodes a manifest.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a manifest's.</exception>
    public static ShardManifest Decode(ReadOnlySpan<byte> bytes)
    {
        StateReader reader = new(bytes);
        ulong generation = reader.UInt64();
        StoreId store = new(reader.UInt128());
        int groups = (int)reader.UInt32();
        int pageBytes = (int)reader.UInt32();
        LogIndex applied = new(reader.UInt64());
        RecordManifest items = ReadRecords(ref reader, BlockLogKind.Items, BlockLogKind.ItemsIndex);
        RecordManifest nodes = ReadRecords(ref reader, BlockLogKind.Nodes, BlockLogKind.NodesIndex);
        byte[] meta = reader.Bytes().ToArray();
        return reader.IsAtEnd
            ? new ShardManifest(generation, store, groups, pageBytes, applied, meta, items, nodes)
            : throw new InvalidDataException("bytes are left over");
    }

    private static void Write(StateWriter writer, RecordManifest records)
    {
        writer.Int64(records.Log.Begin);
        writer.Int64(records.Log.End);
        writer.Int64(Math.Max(0, records.Log.Records));
        Write(writer, records.Blocks);
        writer.UInt32(records.NextIndexOrdinal);
        writer.UInt32(records.Index is null ? 0u : 1u);
        if (records.Index is { } index)
        {
            writer.UInt32(index.Blocks.Log.Ordinal);
            writer.Fixed(index.Token.ToByteArray());
            writer.Bytes(index.Metadata);
            writer.Int64(index.TailAddress);
            Write(writer, index.Blocks);
        }
    }

    private static RecordManifest ReadRecords(ref StateReader reader, BlockLogKind kind, BlockLogKind indexKind)
    {
        RecordLogState log = new(reader.Int64(), reader.Int64(), reader.Int64());
        BlockLogState blocks = ReadBlocks(ref reader, new BlockLogId(kind, 0));
        uint nextIndexOrdinal = reader.UInt32();
        IndexManifest? index = null;
        if (reader.UInt32() != 0)
        {
            BlockLogId id = new(indexKind, reader.UInt32());
            Guid token = new(reader.Fixed(16));
            byte[] metadata = reader.Bytes().ToArray();
            index = new IndexManifest(token, metadata, reader.Int64(), ReadBlocks(ref reader, id));
        }

        return new RecordManifest(log, blocks, nextIndexOrdinal, index);
    }

    private static void Write(StateWriter writer, BlockLogState state)
    {
        writer.Int64(state.End);
        writer.UInt32(state.NextEpoch);
        writer.UInt32((uint)state.Epochs.Count);
        foreach (BlockEpoch epoch in state.Epochs)
        {
            writer.UInt32(epoch.Ordinal);
            writer.UInt32(epoch.Key.Value);
            writer.UInt128(epoch.Salt);
        }

        writer.UInt32((uint)state.Sealed.Count);
        foreach (SealedSegmentState segment in state.Sealed)
        {
            writer.Int64(segment.Number);
            writer.UInt32(segment.Generation);
            Write(writer, segment.Epochs);
            writer.Fixed(segment.Root);
        }

        writer.UInt32(state.Tail is null ? 0u : 1u);
        if (state.Tail is { } tail)
        {
            writer.Int64(tail.Number);
            writer.UInt32(tail.Generation);
            Write(writer, tail.Epochs);
            writer.Bytes(tail.Hashes);
            writer.Bytes(tail.Tags);
        }
    }

    private static BlockLogState ReadBlocks(ref StateReader reader, BlockLogId log)
    {
        long end = reader.Int64();
        uint nextEpoch = reader.UInt32();
        BlockEpoch[] epochs = new BlockEpoch[reader.Count(24)];
        for (int i = 0; i < epochs.Length; i++)
        {
            epochs[i] = new BlockEpoch(reader.UInt32(), new DataKeyId(reader.UInt32()), reader.UInt128());
        }

        SealedSegmentState[] full = new SealedSegmentState[reader.Count(48)];
        for (int i = 0; i < full.Length; i++)
        {
            full[i] = new SealedSegmentState(
                reader.Int64(), reader.UInt32(), ReadOrdinals(ref reader), reader.Fixed(BlockGeometry.HashBytes).ToArray());
        }

        TailSegmentState? tail = reader.UInt32() == 0
            ? null
            : new TailSegmentState(
                reader.Int64(), reader.UInt32(), ReadOrdinals(ref reader), reader.Bytes().ToArray(), reader.Bytes().ToArray());
        return new BlockLogState(log, end, nextEpoch, epochs, full, tail);
    }

    private static void Write(StateWriter writer, IReadOnlyList<uint> ordinals)
    {
        writer.UInt32((uint)ordinals.Count);
        foreach (uint ordinal in ordinals)
        {
            writer.UInt32(ordinal);
        }
    }

    private static uint[] ReadOrdinals(ref StateReader reader)
    {
        uint[] ordinals = new uint[reader.Count(4)];
        for (int i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = reader.UInt32();
        }

        return ordinals;
    }
}

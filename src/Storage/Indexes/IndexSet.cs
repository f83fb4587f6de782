using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Indexes;

/// <summary>One build of a range's indexes, under one policy.</summary>
/// <remarks>Thread: the applier; of <see cref="Paths"/> readers may ask what it allows.</remarks>
internal sealed class IndexSet
{
    // Invariants:
    // - the index tree has exactly the terms of the range's items with keys below Built; of all items once IsReady.
    private const byte ReadyFlag = 1;
    private const byte NoSpatialFlag = 2;

    private volatile byte[]? _built;

    /// <param name="id">Never used before in this store.</param>
    /// <param name="policy">What is indexed.</param>
    /// <param name="built">See <see cref="Built"/>.</param>
    /// <param name="hasSpatial">See <see cref="HasSpatial"/>.</param>
    public IndexSet(IndexSetId id, IndexingPolicy policy, byte[]? built, bool hasSpatial = true)
    {
        Id = id;
        Policy = policy;
        _built = built;
        HasSpatial = hasSpatial || policy.SpatialIndexes.IsEmpty;
        Paths = new PathDictionary(id, policy, HasSpatial);
        Unindexed = EntryKey.PrefixOf(id, EntryKey.Unindexed);
        CompositePrefixes =
            [.. Enumerable.Range(0, policy.CompositeIndexes.Length).Select(index => EntryKey.PrefixOf(id, CompositeNumber(index)))];
    }

    /// <summary>First part of its keys.</summary>
    public IndexSetId Id { get; }

    /// <summary>What is indexed.</summary>
    public IndexingPolicy Policy { get; }

    /// <summary>
    /// Whether the policy's spatial indexes are built. They are not in sets of before there were any: such a set serves until
    /// one with them is built.
    /// </summary>
    public bool HasSpatial { get; }

    /// <summary>Paths and their numbers.</summary>
    public PathDictionary Paths { get; }

    /// <summary>What entries of items with too many values begin with.</summary>
    public byte[] Unindexed { get; }

    /// <summary>What entries of each composite index begin with.</summary>
    public ImmutableArray<byte[]> CompositePrefixes { get; }

    /// <summary>The key up to which, exclusively, items are indexed; empty for none yet, null when all are.</summary>
    public byte[]? Built
    {
        get => _built;
        set
        {
            Invariant.Check(_built is not null);
            Invariant.Check(value is null || value.AsSpan().SequenceCompareTo(_built) >= 0);
            _built = value;
        }
    }

    /// <summary>Whether queries may ask it.</summary>
    public bool IsReady => Built is null;

    /// <summary>The number of a composite index.</summary>
    /// <param name="index">Its place in the policy.</param>
    public static uint CompositeNumber(int index) => (uint)index + 1;

    /// <summary>The number of a spatial index.</summary>
    /// <param name="index">Its place in the policy.</param>
    public uint SpatialNumber(int index) => SpatialNumber(Policy, index);

    /// <summary>The number of a spatial index under a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="index">Its place there; their count for the number after the last.</param>
    public static uint SpatialNumber(IndexingPolicy policy, int index) =>
        CompositeNumber(policy.CompositeIndexes.Length) + (uint)index;

    /// <summary>What an index is over, for a person; null for a number that none has.</summary>
    public string? NameOf(uint number)
    {
        int composites = Policy.CompositeIndexes.Length;
        return number == EntryKey.Unindexed ? "items with too many values"
            : number <= composites ? Policy.CompositeIndexes[(int)number - 1].ToString()
            : HasSpatial && number < SpatialNumber(Policy.SpatialIndexes.Length)
                ? $"geometries at {Policy.SpatialIndexes[(int)number - composites - 1].Path}"
            : Paths.TextOf(number);
    }

    /// <summary>Whether an item's entries are kept up: those of others are made when the build comes to them.</summary>
    public bool Covers(ReadOnlySpan<byte> itemKey) => Built is not { } built || itemKey.SequenceCompareTo(built) < 0;

    /// <summary>Writes all but the policy, for a checkpoint.</summary>
    public void Write(CommandWriter writer)
    {
        writer.WriteUInt32(Id.Value);
        byte[]? built = Built;
        writer.WriteByte((byte)((built is null ? ReadyFlag : 0) | (HasSpatial ? 0 : NoSpatialFlag))).WriteBytes(built);
        Paths.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">At its beginning.</param>
    /// <param name="policy">The policy that it was built under.</param>
    /// <param name="knowsSpatial">False for what a program wrote that built no spatial indexes.</param>
    /// <returns>Null for anything else.</returns>
    public static IndexSet? Read(ref CommandReader reader, IndexingPolicy policy, bool knowsSpatial)
    {
        var id = new IndexSetId(reader.ReadUInt32());
        byte flags = reader.ReadByte();
        bool ready = (flags & ReadyFlag) != 0;
        byte[] built = reader.ReadBytes().ToArray();
        int known = knowsSpatial ? ReadyFlag | NoSpatialFlag : ReadyFlag;
        if (reader.Failed || flags > known || (ready && built.Length > 0) || id.Value == 0)
        {
            return null;
        }

        var set = new IndexSet(
            id, policy, ready ? null : built, hasSpatial: knowsSpatial && (flags & NoSpatialFlag) == 0);
        return set.Paths.TryRead(ref reader) ? set : null;
    }
}

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
    private volatile byte[]? _built;

    /// <param name="id">Never used before in this store.</param>
    /// <param name="policy">What is indexed.</param>
    /// <param name="built">See <see cref="Built"/>.</param>
    public IndexSet(IndexSetId id, IndexingPolicy policy, byte[]? built)
    {
        Id = id;
        Policy = policy;
        _built = built;
        Paths = new PathDictionary(id, policy);
        Unindexed = EntryKey.PrefixOf(id, EntryKey.Unindexed);
        CompositePrefixes =
            [.. Enumerable.Range(0, policy.CompositeIndexes.Length).Select(index => EntryKey.PrefixOf(id, CompositeNumber(index)))];
    }

    /// <summary>First part of its keys.</summary>
    public IndexSetId Id { get; }

    /// <summary>What is indexed.</summary>
    public IndexingPolicy Policy { get; }

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

    /// <summary>What an index is over, for a person; null for a number that none has.</summary>
    public string? NameOf(uint number)
    {
        int composites = Policy.CompositeIndexes.Length;
        return number == EntryKey.Unindexed ? "items with too many values"
            : number <= composites ? Policy.CompositeIndexes[(int)number - 1].ToString()
            : Paths.TextOf(number);
    }

    /// <summary>Whether an item's entries are kept up: those of others are made when the build comes to them.</summary>
    public bool Covers(ReadOnlySpan<byte> itemKey) => Built is not { } built || itemKey.SequenceCompareTo(built) < 0;

    /// <summary>Writes all but the policy, for a checkpoint.</summary>
    public void Write(CommandWriter writer)
    {
        writer.WriteUInt32(Id.Value);
        byte[]? built = Built;
        writer.WriteByte(built is null ? (byte)1 : (byte)0).WriteBytes(built);
        Paths.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">At its beginning.</param>
    /// <param name="policy">The policy that it was built under.</param>
    /// <returns>Null for anything else.</returns>
    public static IndexSet? Read(ref CommandReader reader, IndexingPolicy policy)
    {
        var id = new IndexSetId(reader.ReadUInt32());
        byte ready = reader.ReadByte();
        byte[] built = reader.ReadBytes().ToArray();
        if (reader.Failed || ready > 1 || (ready == 1 && built.Length > 0) || id.Value == 0)
        {
            return null;
        }

        var set = new IndexSet(id, policy, ready == 1 ? null : built);
        return set.Paths.TryRead(ref reader) ? set : null;
    }
}

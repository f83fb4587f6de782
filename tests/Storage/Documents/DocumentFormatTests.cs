using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Storage.Documents;
using Nacre.Storage.Indexes;
using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Tests.Support;
using Nacre.Storage.Trees;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

/// <summary>Holds the layouts of <c>docs/formats/documents.md</c>.</summary>
[TestFixture]
public sealed class DocumentFormatTests
{
    private static readonly Gen<ItemVersion> GenVersion = Gen.Select(
        Gen.ULong[1, (1UL << 53) - 1], Gen.UShort[0, 99], Gen.Int[1, DocumentLimits.MaxDocumentBytes], Gen.ULong[0, 1000], Gen.Int[1, 5000], Gen.UShort[0, 100],
        (lsn, ordinal, length, age, header, number) =>
        {
            var created = new Lsn(lsn - Math.Min(age, lsn - 1));
            var version = new ItemVersion(new Lsn(lsn), ordinal, length, created, header);
            return number < 100 ? version.WithNumber(ItemNumber.Of(created, number)) : version;
        });

    private static readonly Gen<string> GenText = Gen.OneOf("a", "longer text", "\0", "ÿ", "NL").Array[1, 3].Select(string.Concat);

    [Test]
    public void VarInt_AnyNumber_ComesBack() => Gen.OneOf(Gen.ULong, Gen.ULong[0, 300], Gen.Int[0, 63].Select(shift => ulong.MaxValue >> shift)).Sample(number =>
    {
        byte[] bytes = new byte[VarInt.MaxBytes];
        int length = VarInt.Write(number, bytes);
        ReadOnlySpan<byte> source = bytes;

        Assert.That(VarInt.TryRead(ref source, out ulong read), Is.True);
        Assert.That((read, bytes.Length - source.Length), Is.EqualTo((number, length)));
    });

    [TestCase("80")]
    [TestCase("8000")]
    [TestCase("FFFFFFFFFFFFFFFFFF02")]
    [TestCase("FFFFFFFFFFFFFFFFFF8001")]
    [TestCase("")]
    public void VarInt_NotANumber_IsRefused(string hex)
    {
        ReadOnlySpan<byte> source = Convert.FromHexString(hex);

        Assert.That(VarInt.TryRead(ref source, out _), Is.False);
    }

    [Test]
    public void ItemVersion_AnyVersion_ComesBack() => GenVersion.Sample(version =>
    {
        byte[] bytes = new byte[ItemVersion.MaxBytes];
        int length = version.Write(bytes);

        Assert.That(ItemVersion.TryRead(bytes.AsSpan(0, length), out ItemVersion read), Is.True);
        Assert.That(read, Is.EqualTo(version));
        Assert.That(ItemVersion.TryRead(bytes.AsSpan(0, length - 1), out _), Is.False);
        Assert.That(ItemVersion.TryRead([.. bytes.AsSpan(0, length), 0], out _), Is.False);
    });

    /// <summary>Texts stand in the document, or do not, or stand there too late to be found.</summary>
    [Test]
    public void ItemRecord_AnyHeader_ComesBack() =>
        Gen.Select(GenText.Array[1, 3], GenText, GenText, Gen.OneOf(0, 600, 70_000), Gen.ULong[0, 1000]).Sample((texts, id, document, gap, age) =>
        {
            byte[] key = ItemKey.Encode(new PartitionKey([.. texts.Select(PartitionKeyValue.Of)]), id);
            byte[] body = [.. new byte[gap], .. System.Text.Encoding.UTF8.GetBytes(document)];
            byte[] record = new byte[ItemRecord.MaxHeaderBytes + ItemRecord.ChunkBytes];
            int at = ItemRecord.WriteHeader(key, age, 1_770_000_000_000, body, record);
            int length = ItemRecord.ChunkLength(body.Length, 0);
            body.AsSpan(0, length).CopyTo(record.AsSpan(at));
            var version = new ItemVersion(new Lsn(2000), 0, body.Length, new Lsn(2000 - age), at);
            byte[] read = new byte[ItemKey.MaxBytes];

            Assert.That(ItemRecord.TryReadHeader(record.AsSpan(0, at + length), out ItemHeader header), Is.True);
            Assert.That((header.Length, header.Age, header.Timestamp), Is.EqualTo((body.Length, age, 1_770_000_000_000)));
            Assert.That(header.IsOf(key, version), Is.True);
            Assert.That(read[..header.ReadItemKey(read)], Is.EqualTo(key));
            Assert.That(header.IsOf(Key("other id"), version), Is.False);
            Assert.That(header.IsOf([.. key, (byte)'x'], version), Is.False);
            Assert.That(header.IsOf(key.AsSpan(0, key.Length - 1), version), Is.False);
            Assert.That(header.IsOf(key, version with { Length = version.Length + 1 }), Is.False);
            Assert.That(header.Body.Length, Is.EqualTo(length));
        });

    [Test]
    public void StoredKey_TextsInTheDocument_AreNotRepeated()
    {
        byte[] key = Key("user0000000001", "user0000000001");
        byte[] stored = new byte[StoredKey.MaxBytes];

        Assert.That(StoredKey.Write(key, Body("user0000000001", "user0000000001"), stored), Is.EqualTo(8));
    }

    [Test]
    public void StoredKey_Noise_NeverThrows() => Gen.Select(Gen.Byte[0, 80].Array[0, 20], Gen.Byte[0x40, 0x47].Array[0, 20], Gen.Int[0, 4]).Sample((stored, body, levels) =>
        StoredKey.Read(stored, body, levels, new byte[ItemKey.MaxBytes]) >= 0 && (StoredKey.IsOf(stored, body, body) || true), iter: 5000);

    [TestCase(1)]
    [TestCase(ItemRecord.ChunkBytes)]
    [TestCase(ItemRecord.ChunkBytes + 1)]
    [TestCase(DocumentLimits.MaxDocumentBytes)]
    public async Task ItemRecord_StoredBytes_AreWhatTheRecordsTake(int length)
    {
        await using var bench = new DocumentWorkbench();
        bench.Activate(Range());
        byte[] body = new byte[length];
        bench.Write(Range(), new ItemOperation(ItemOperationKind.Create, Precondition.None, Key("a"), body));
        bench.Write(Range(), new ItemOperation(ItemOperationKind.Upsert, Precondition.None, Key("a"), body));
        bench.Checkpoint();
        Assert.That(bench.Machine.Ranges.TryGet(Range().Range, out RangeState? state), Is.True);

        long taken = bench.Disk.Newest!.Items.ByKey.Where(record => record.Key.High == 3).Sum(record => (long)RecordLayout.SizeOf(record.Value.Value.Length));
        Assert.That(state!.StoredBytes, Is.EqualTo(taken));
    }

    [Test]
    public void LogFill_RoomAtTheEndsOfPages_IsLearnt()
    {
        var fill = new LogFill();
        Assert.That(fill.Ratio, Is.EqualTo(1));
        for (int page = 0; page < 100; page++)
        {
            fill.Learn(70_000, 131_072);
        }

        Assert.That(fill.Ratio, Is.EqualTo(131_072.0 / 70_000).Within(0.001));
        for (int page = 0; page < 10_000; page++)
        {
            fill.Learn(130_000, 131_072);
        }

        Assert.That(fill.Ratio, Is.EqualTo(131_072.0 / 130_000).Within(0.05));
    }

    [Test]
    public void ItemRecord_Noise_NeverThrows() => Gen.Byte[0, 5].Array[0, 60].Sample(bytes =>
        ItemRecord.TryReadHeader(bytes, out _) || ItemRecord.TryReadChunk(bytes, out _) || ItemVersion.TryRead(bytes, out _) || true, iter: 5000);

    [Test]
    public void TabletKey_Changes_SortByLsnAndOrdinal() =>
        Gen.Select(Gen.ULong[0, 300], Gen.UShort[0, 300], Gen.ULong[0, 300], Gen.UShort[0, 300]).Sample((lsn, ordinal, otherLsn, otherOrdinal) =>
        {
            byte[] key = new byte[TabletKey.ChangeBytes];
            byte[] other = new byte[TabletKey.ChangeBytes];
            TabletKey.WriteChange(new TabletId(7), new Lsn(lsn), ordinal, key);
            TabletKey.WriteChange(new TabletId(7), new Lsn(otherLsn), otherOrdinal, other);

            Assert.That(Math.Sign(key.AsSpan().SequenceCompareTo(other)), Is.EqualTo(Math.Sign((lsn, ordinal).CompareTo((otherLsn, otherOrdinal)))));
            Assert.That(key.AsSpan().SequenceCompareTo(TabletKey.BeginOf(new TabletId(7))), Is.GreaterThan(0));
            Assert.That(key.AsSpan().SequenceCompareTo(TabletKey.EndOf(new TabletId(7))), Is.LessThan(0));
        });

    [Test]
    public void ItemRecord_Sample_MatchesGoldenFile()
    {
        byte[] record = new byte[ItemRecord.MaxHeaderBytes];
        byte[] body = Body("item one");
        int at = ItemRecord.WriteHeader(
            Key("item one"), age: 300, 1_770_000_000_000, body, record);

        Golden.Check("item-record-v1.bin", [.. record.AsSpan(0, at), .. body]);
    }

    [Test]
    public void DocumentMeta_Sample_MatchesGoldenFile()
    {
        byte[] written = Sample().Write(SmallOptions);

        Golden.Check("document-meta-v4.bin", written);
        Assert.That(DocumentMeta.Read(SmallOptions, written).Write(SmallOptions), Is.EqualTo(written));
    }

    [Test]
    public void DocumentMeta_OfVersion1_IsReadWithoutAReplicaSet()
    {
        DocumentMeta read = DocumentMeta.Read(SmallOptions, Golden.Read("document-meta-v1.bin"));

        Assert.That(read.ReplicaSet, Is.Null);
        Assert.That(read.Write(SmallOptions), Is.EqualTo((Sample(indexed: false) with { ReplicaSet = null }).Write(SmallOptions)));
    }

    [Test]
    public void DocumentMeta_OfVersion2_IsReadWithoutIndexes()
    {
        DocumentMeta read = DocumentMeta.Read(SmallOptions, Golden.Read("document-meta-v2.bin"));

        Assert.That(read.Ranges.All.Select(range => range.Definition.Indexing), Is.All.Null);
        Assert.That(read.Write(SmallOptions), Is.EqualTo(Sample(indexed: false).Write(SmallOptions)));
    }

    [Test]
    public void DocumentMeta_OfVersion3_IsReadWithItsIndexes()
    {
        DocumentMeta read = DocumentMeta.Read(SmallOptions, Golden.Read("document-meta-v3.bin"));

        Assert.That(read.Write(SmallOptions), Is.EqualTo(Sample(spatial: false).Write(SmallOptions)));
    }

    [Test]
    public void DocumentMeta_IndexesWithoutThoseOfGeometries_AreBuiltAnew()
    {
        DocumentMeta written = Sample();
        written.Ranges.All.Single(range => range.Index is not null).Building = null;
        DocumentMeta read = DocumentMeta.Read(SmallOptions, written.Write(SmallOptions));
        RangeState range = read.Ranges.All.Single(range => range.Index is not null);

        Assert.That((range.Index!.Id, range.Index.HasSpatial), Is.EqualTo((new IndexSetId(3), false)), "it serves until then");
        Assert.That((range.Building!.Id, range.Building.HasSpatial, read.NextIndexSet), Is.EqualTo((new IndexSetId(6), true, 7U)));
        Assert.That((range.Building.Policy, range.Building.Built), Is.EqualTo((range.Index.Policy, Array.Empty<byte>())));

        range.Building = new IndexSet(new IndexSetId(6), range.Index.Policy, built: Key("i"), hasSpatial: false);
        read = DocumentMeta.Read(SmallOptions, read.Write(SmallOptions));
        Assert.That(read.DroppingSets, Is.EqualTo(new[] { new IndexSetId(4), new IndexSetId(6) }), "half of it would be of no use");
        Assert.That(read.Ranges.All.Single(range => range.Index is not null).Building!.Id, Is.EqualTo(new IndexSetId(7)));
    }

    [Test]
    public void DocumentMeta_ReplicaSetOfALaterEntry_IsCorrupt()
    {
        var disk = new MemoryShardDisk();
        Checkpoint(disk, 8);
        Assert.That(() => DocumentMeta.Recover(SmallOptions, disk.Open()), Throws.InstanceOf<StorageFaultException>());
        Assert.That(DocumentVerifier.Verify(SmallOptions, disk.Open(), null, default).Findings, Is.Not.Empty);

        Checkpoint(disk, 9);
        Assert.That(DocumentMeta.Recover(SmallOptions, disk.Open()).ReplicaSet?.Index, Is.EqualTo(new LogIndex(9)));

        static void Checkpoint(MemoryShardDisk disk, ulong applied) =>
            Assert.That(disk.Open().BeginCheckpoint(new LogIndex(applied), Sample().Write(SmallOptions)).IsCompletedSuccessfully);
    }

    [Test]
    public void DocumentMeta_EveryTruncation_IsCorrupt()
    {
        byte[] written = Sample().Write(SmallOptions);
        for (int length = 1; length < written.Length; length++)
        {
            Assert.That(() => Open(DocumentMeta.Read(SmallOptions, written.AsMemory(0, length))), Throws.InstanceOf<StorageFaultException>(), $"{length} bytes");
        }
    }

    [Test]
    public void DocumentMeta_AlteredBytes_AreCorruptOrAnotherState() => Gen.Select(Gen.Int[0, 2000], Gen.Byte).Sample((at, value) =>
    {
        byte[] written = Sample().Write(SmallOptions);
        written[at % written.Length] = value;
        try
        {
            Open(DocumentMeta.Read(SmallOptions, written));
        }
        catch (StorageFaultException fault)
        {
            Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        }
    }, iter: 3000);

    /// <summary>What was buffered is looked at when the trees are opened.</summary>
    private static void Open(DocumentMeta meta) =>
        meta.OpenTrees(SmallOptions, new MemoryShardDisk().Open().Nodes, new NodeAllocator(meta.NextNode), new NodeCache(0));

    private static DocumentMeta Sample(bool indexed = true, bool spatial = true)
    {
        var outcomes = new RememberedOutcomes();
        var key = new IdempotencyKey(new ClientId(5), 6, 2, new RequestHash(7));
        outcomes.TryBegin(key, Epoch, out _);
        outcomes.Remember(key, Epoch, new(Core.Errors.ErrorCode.NotFound, default, default, new byte[] { 1 }));
        var ranges = new RangeTable();
        ranges.Add(new RangeState(Range(1), new TabletId(2), 3, outcomes)
        {
            LastLsn = new Lsn(9),
            Items = 4,
            DocumentBytes = 500,
            StoredBytes = 600,
        });
        ranges.Add(new RangeState(Range(2, HashInterval.Whole.Split(2)[0]), new TabletId(1), 0, new RememberedOutcomes()));
        if (indexed)
        {
            Assert.That(ranges.TryGet(new RangeId(2), out RangeState? range), Is.True);
            range!.Definition = range.Definition with
            {
                Indexing = IndexingPolicy.Parse($$"""
                    {"includedPaths":[{"path":"/*"}],"compositeIndexes":[[{"path":"/a"},{"path":"/b"}]],
                     "spatialIndexes":[{{(spatial ? """{"path":"/location/*","types":["Point","Polygon"]}""" : "")}}]}
                    """).Value,
            };
            IndexingPolicy before = spatial
                ? IndexingPolicy.Parse("""{"spatialIndexes":[{"path":"/*","types":["Point"]}]}""").Value
                : IndexingPolicy.Default;
            range.Index = new IndexSet(new IndexSetId(3), before, built: null, hasSpatial: false);
            range.Building = new IndexSet(new IndexSetId(5), range.Definition.Indexing, Key("i"));
            new TermPass().Collect("""{"id":"i","tags":[1]}"""u8, range.Index, new TermList());
        }

        return new DocumentMeta
        {
            Sequence = new Sequence(10),
            Time = Epoch,
            RunningHash = 11,
            NextNode = 12,
            NextTablet = 14,
            ReplicaSet = new LoggedReplicaSet(new LogIndex(9), Control.ControlBench.Sets[1]),
            NextIndexSet = indexed ? 6U : 1,
            Roots =
            [
                new TreeRoot(8, 2, 4, 1000), new TreeRoot(9, 1, 4, 200),
                indexed ? new TreeRoot(10, 2, 50, 3000) : default, indexed ? new TreeRoot(11, 1, 1, 100) : default,
            ],
            DroppingSets = indexed ? [new IndexSetId(4)] : [],
            Dropping = [new TabletId(3)],
            Ranges = ranges,
        };
    }
}

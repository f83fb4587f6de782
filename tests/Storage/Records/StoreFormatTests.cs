using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;
using Nacre.Storage.Records;
using Nacre.Storage.Tests.Support;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>Holds docs/formats/store.md: bytes that were written once stay readable.</summary>
[TestFixture]
public sealed class StoreFormatTests
{
    private const string Folder = "/store";

    [Test]
    public void SegmentFile_Sample_MatchesGoldenFile()
    {
        SimulatedFileSystem files = NewDisk();
        BlockLogOptions options = Options(files);
        using BlockLog log = new(options, BlockLogState.New(options.Log));
        log.Write(0, Blocks(BlockGeometry.GroupBlocks, 1));
        log.Write(BlockGeometry.GroupBytes, Blocks(2, 7));
        log.Sync();

        // A sealed segment of one group is half a megabyte: its header, first block, tags and seal stand for it.
        byte[] sealedFile = files.Get($"{Folder}/items-00000000-0000.seg");
        Assert.That(sealedFile, Has.Length.EqualTo(options.Geometry.FileBytes));
        Golden.Check("store-segment-v1.bin", [.. sealedFile.AsSpan(0, 8192), .. sealedFile.AsSpan((int)options.Geometry.TagPosition(0))]);
        Golden.Check("store-tail-segment-v1.bin", files.Get($"{Folder}/items-00000001-0000.seg"));
    }

    [Test]
    public void TailSegment_OfTheGoldenFile_IsReadAsTheManifestProvesIt()
    {
        SimulatedFileSystem files = NewDisk();
        BlockLogOptions options = Options(files);
        BlockLogState state;
        using (BlockLog log = new(options, BlockLogState.New(options.Log)))
        {
            log.Write(0, Blocks(BlockGeometry.GroupBlocks, 1));
            log.Write(BlockGeometry.GroupBytes, Blocks(2, 7));
            state = log.Capture(BlockGeometry.GroupBytes + (2 * BlockGeometry.BlockBytes));
        }

        files.Put($"{Folder}/items-00000001-0000.seg", Golden.Read("store-tail-segment-v1.bin"));
        using BlockLog again = new(options, state);
        byte[] read = new byte[2 * BlockGeometry.BlockBytes];
        again.Read(BlockGeometry.GroupBytes, read);

        Assert.That(read, Is.EqualTo(Blocks(2, 7)));
    }

    [Test]
    public void Manifest_Sample_MatchesGoldenFile()
    {
        SimulatedFileSystem files = NewDisk();
        Manifests(files).Write(Sample(), new DataKeyId(1));

        byte[] written = files.Get($"{Folder}/{ManifestFolder.NameOf(9)}");
        Golden.Check("store-manifest-v1.bin", written);
    }

    [Test]
    public void Manifest_OfTheGoldenFile_IsReadAsItWasWritten()
    {
        SimulatedFileSystem files = NewDisk();
        files.Put($"{Folder}/{ManifestFolder.NameOf(9)}", Golden.Read("store-manifest-v1.bin"));

        (ShardManifest manifest, DataKeyId key) = Manifests(files).Read(9);

        Assert.That(key, Is.EqualTo(new DataKeyId(1)));
        Assert.That(ShardManifestCodec.Encode(manifest), Is.EqualTo(ShardManifestCodec.Encode(Sample())));
    }

    [Test]
    public void Manifest_CutAnywhere_IsNotDecoded()
    {
        byte[] encoded = ShardManifestCodec.Encode(Sample());
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.That(() => ShardManifestCodec.Decode(encoded.AsSpan(0, length)), Throws.InstanceOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Manifest_OfANewerVersion_IsToldApart()
    {
        SimulatedFileSystem files = NewDisk();
        Manifests(files).Write(Sample(), new DataKeyId(1));
        string path = $"{Folder}/{ManifestFolder.NameOf(9)}";
        byte[] content = files.Get(path);
        content[8] = 2;
        files.Put(path, content);

        Assert.That(() => Manifests(files).Read(9), Throws.InstanceOf<StorageFaultException>().With.Message.Contains("version 2"));
    }

    [Test]
    public void Record_InTheLog_LiesAsTheFormatSays()
    {
        Assert.That(RecordLayout.OverheadBytes, Is.EqualTo(28));
        Assert.That(RecordLayout.SizeOf(0), Is.EqualTo(32));
        Assert.That(RecordLayout.SizeOf(4), Is.EqualTo(32));
        Assert.That(RecordLayout.SizeOf(5), Is.EqualTo(40));
    }

    private static SimulatedFileSystem NewDisk()
    {
        SimulatedFileSystem files = new();
        files.CreateDirectory(Folder);
        return files;
    }

    private static ManifestFolder Manifests(SimulatedFileSystem files) =>
        new(files, Folder, new ShardId(3), new TestDataKeys(), new SeededRandom(11));

    private static BlockLogOptions Options(SimulatedFileSystem files) => new()
    {
        FileSystem = files,
        Directory = Folder,
        Store = new StoreId(0x0123456789ABCDEF),
        Log = new BlockLogId(BlockLogKind.Items, 0),
        Geometry = new BlockGeometry(1),
        Keys = new TestDataKeys(),
        Domain = KeyDomainId.Shared,
        Random = new SeededRandom(7),
    };

    private static byte[] Blocks(int count, byte fill)
    {
        byte[] blocks = new byte[count * BlockGeometry.BlockBytes];
        for (int block = 0; block < count; block++)
        {
            blocks.AsSpan(block * BlockGeometry.BlockBytes, BlockGeometry.BlockBytes).Fill((byte)(fill + block));
        }

        return blocks;
    }

    private static ShardManifest Sample()
    {
        byte[] root = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        BlockLogState items = new(
            new BlockLogId(BlockLogKind.Items, 0),
            End: BlockGeometry.GroupBytes + 4096,
            NextEpoch: 4,
            Epochs: [new BlockEpoch(1, new DataKeyId(1), 111), new BlockEpoch(3, new DataKeyId(2), 333)],
            Sealed: [new SealedSegmentState(0, 2, [1, 3], root)],
            Tail: new TailSegmentState(1, 0, [3], [], [.. root]));
        BlockLogState nodes = new(
            new BlockLogId(BlockLogKind.Nodes, 0), End: 0, NextEpoch: 1, Epochs: [], Sealed: [], Tail: null);
        BlockLogState index = new(
            new BlockLogId(BlockLogKind.ItemsIndex, 5), End: BlockGeometry.GroupBytes, NextEpoch: 2,
            Epochs: [new BlockEpoch(1, new DataKeyId(2), 222)],
            Sealed: [new SealedSegmentState(0, 0, [1], root)], Tail: null);
        return new ShardManifest(
            Generation: 9,
            new StoreId(0x0123456789ABCDEF),
            Groups: 1,
            PageBytes: 1 << 17,
            new LogIndex(77),
            "the state machine's bytes"u8.ToArray(),
            new RecordManifest(
                new RecordLogState(64, BlockGeometry.GroupBytes + 4096, 12), items, NextIndexOrdinal: 6,
                new IndexManifest(new Guid("00112233-4455-6677-8899-aabbccddeeff"), "metadata"u8.ToArray(), 4096, index)),
            new RecordManifest(new RecordLogState(64, 0, 0), nodes, NextIndexOrdinal: 1, Index: null));
    }
}

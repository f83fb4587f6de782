using CsCheck;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Devices;

/// <summary>The encrypted address space by itself.</summary>
[TestFixture]
public sealed class BlockLogTests
{
    private const int Block = BlockGeometry.BlockBytes;
    private const string Folder = "/log";

    [Test]
    public void Read_OfAnythingWritten_GivesItBackAndZerosBeyond() => Gen.Int[1, 40].Array[1, 25].Sample(runs =>
    {
        SimulatedFileSystem files = NewDisk();
        using BlockLog log = new(Options(files), BlockLogState.New(Id));
        long end = WriteRuns(log, runs);

        byte[] read = new byte[end + (3 * Block)];
        log.Read(0, read);

        Assert.That(read.AsSpan(0, (int)end).SequenceEqual(Text(0, end)), Is.True);
        Assert.That(read.AsSpan((int)end).IndexOfAnyExcept((byte)0), Is.Negative);
    }, iter: 40);

    [Test]
    public void Open_OfAnyCapturedPoint_ReadsWhatWasBelowIt() => Gen.Select(Gen.Int[1, 40].Array[1, 25], Gen.Int[0, 1000]).Sample((runs, at) =>
    {
        SimulatedFileSystem files = NewDisk();
        BlockLogState state;
        using (BlockLog log = new(Options(files), BlockLogState.New(Id)))
        {
            long end = WriteRuns(log, runs);
            state = log.Capture(end / Block * at / 1000 * Block);
            log.Sync();
        }

        using BlockLog again = new(Options(files), state);
        again.RequireFiles();
        byte[] read = new byte[state.End];
        again.Read(0, read);
        Assert.That(read.AsSpan().SequenceEqual(Text(0, state.End)), Is.True);

        // It goes on from there, over whatever stood beyond.
        again.Write(state.End, Text(7, 200 * Block));
        byte[] more = new byte[200 * Block];
        again.Read(state.End, more);
        Assert.That(more.AsSpan().SequenceEqual(Text(7, 200 * Block)), Is.True);
    }, iter: 40);

    [Test]
    public void Write_OutOfOrder_CountsOnlyWithoutGaps()
    {
        using BlockLog log = new(Options(NewDisk()), BlockLogState.New(Id));

        log.Write(3 * Block, Text(3 * Block, 200 * Block));
        Assert.That(log.WrittenUntil, Is.Zero);
        log.Write(Block, Text(Block, 2 * Block));
        Assert.That(log.WrittenUntil, Is.Zero);
        log.Write(0, Text(0, Block));

        Assert.That(log.WrittenUntil, Is.EqualTo(203 * Block));
        byte[] read = new byte[203 * Block];
        log.Read(0, read);
        Assert.That(read.AsSpan().SequenceEqual(Text(0, 203 * Block)), Is.True);
    }

    [Test]
    public void Write_OfABlockTwice_IsABug()
    {
        using BlockLog log = new(Options(NewDisk()), BlockLogState.New(Id));
        log.Write(0, Text(0, Block));

        Assert.That(() => log.Write(0, Text(0, Block)), Throws.InstanceOf<InvariantViolationException>());
    }

    [Test]
    public void Write_PastASaltsBlocks_DrawsANewOne()
    {
        SimulatedFileSystem files = NewDisk();
        using BlockLog log = new(Options(files) with { BlocksPerSalt = 10 }, BlockLogState.New(Id));

        log.Write(0, Text(0, 95 * Block));

        BlockLogState state = log.Capture(95 * Block);
        Assert.That(state.Epochs, Has.Count.EqualTo(10));
        Assert.That(state.Epochs.Select(epoch => epoch.Salt).Distinct().Count(), Is.EqualTo(10));
        byte[] read = new byte[95 * Block];
        log.Read(0, read);
        Assert.That(read.AsSpan().SequenceEqual(Text(0, 95 * Block)), Is.True);
    }

    [Test]
    public void Write_AfterARotation_IsUnderTheNewKey()
    {
        TestDataKeys keys = new();
        using BlockLog log = new(Options(NewDisk()) with { Keys = keys }, BlockLogState.New(Id));
        log.Write(0, Text(0, Block));
        DataKeyId current = keys.Rotate(KeyDomainId.Shared);

        log.Write(Block, Text(Block, Block));

        Assert.That(log.Capture(2 * Block).Epochs.Select(epoch => epoch.Key), Is.EqualTo(new[] { new DataKeyId(1), current }));
        Assert.That(log.FindStale(current), Is.Zero);
    }

    [Test]
    public void Sectors_ThatACheckpointReliesOn_AreNeverWrittenAgain() => Gen.Int[1, 60].Array[2, 30].Sample(runs =>
    {
        // Every sector of every file, but for a segment's beginning, is written once in the life of a log.
        SimulatedFileSystem files = NewDisk();
        HashSet<(string, long)> written = [];
        files.OnWrite = (path, position, bytes) =>
        {
            for (long sector = position / Block; sector * Block < position + bytes.Length; sector++)
            {
                Assert.That(written.Add((path, sector)), Is.True, $"{path} sector {sector}");
            }
        };
        using BlockLog log = new(Options(files), BlockLogState.New(Id));
        long end = 0;
        foreach (int blocks in runs)
        {
            log.Write(end, Text(end, blocks * Block));
            end += blocks * Block;
            log.Sync();
            log.Capture(end);
        }
    }, iter: 20);

    [Test]
    public void Read_OfAForgottenSegment_IsAFault()
    {
        using BlockLog log = new(Options(NewDisk()), BlockLogState.New(Id));
        log.Write(0, Text(0, 300 * Block));
        log.Forget(BlockGeometry.GroupBytes);

        Assert.That(() => log.Read(0, new byte[Block]), Throws.InstanceOf<StorageFaultException>());
        byte[] read = new byte[Block];
        log.Read(BlockGeometry.GroupBytes, read);
        Assert.That(read.AsSpan().SequenceEqual(Text(BlockGeometry.GroupBytes, Block)), Is.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task Read_AfterTheEnd_IsAFaultAndNoSearchForEver(CancellationToken cancellationToken)
    {
        BlockLog log = new(Options(NewDisk()), BlockLogState.New(Id));
        log.Write(0, Text(0, Block));
        log.Dispose();

        Task late = Task.Run(() => log.Read(0, new byte[Block]), cancellationToken);

        Assert.That(async () => await late.WaitAsync(cancellationToken), Throws.InstanceOf<StorageFaultException>());
    }

    [Test]
    public void Reserve_AfterTheEnd_LeavesTheFileAsItIs()
    {
        SimulatedFileSystem files = NewDisk();
        BlockLog log = new(Options(files), BlockLogState.New(Id));
        log.Write(0, Text(0, Block));
        log.Sync();
        BlockLogState state = log.Capture(Block);
        log.Dispose();

        Assert.That(() => log.Reserve(BlockGeometry.GroupBytes), Throws.InstanceOf<ObjectDisposedException>());

        using BlockLog again = new(Options(files), state);
        byte[] read = new byte[Block];
        again.Read(0, read);
        Assert.That(read, Is.EqualTo(Text(0, Block).ToArray()));
    }

    private static BlockLogId Id => new(BlockLogKind.Items, 0);

    private static SimulatedFileSystem NewDisk()
    {
        SimulatedFileSystem files = new();
        files.CreateDirectory(Folder);
        return files;
    }

    private static BlockLogOptions Options(SimulatedFileSystem files) => new()
    {
        FileSystem = files,
        Directory = Folder,
        Store = new StoreId(42),
        Log = Id,
        Geometry = new BlockGeometry(1),
        Keys = new TestDataKeys(),
        Domain = KeyDomainId.Shared,
        Random = new SeededRandom(3),
        CachedTagGroups = 1,
    };

    private static long WriteRuns(BlockLog log, int[] runs)
    {
        long end = 0;
        foreach (int blocks in runs)
        {
            log.Write(end, Text(end, blocks * Block));
            end += blocks * Block;
        }

        return end;
    }

    private static byte[] Text(long from, long count)
    {
        byte[] text = new byte[count];
        for (long i = 0; i < count; i++)
        {
            text[i] = (byte)((from + i) / 100);
        }

        return text;
    }
}

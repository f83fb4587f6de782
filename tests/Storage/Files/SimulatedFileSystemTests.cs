using Nacre.Core.Files;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Files;

[TestFixture]
public sealed class SimulatedFileSystemTests : FileSystemContract
{
    private SimulatedFileSystem _files = new();

    private protected override IFileSystem Files => _files;

    private protected override string Folder => "/data";

    [SetUp]
    public void MakeFolder()
    {
        _files = new SimulatedFileSystem();
        _files.CreateDirectory(Folder);
    }

    [Test]
    public void Reboot_AfterFlushAndSync_KeepsAll()
    {
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        _files.SyncDirectory(Folder);
        file.Write(0, [1, 2, 3]);
        file.Flush();

        for (ulong seed = 0; seed < 50; seed++)
        {
            Assert.That(_files.Reboot(seed).Get("/data/a"), Is.EqualTo(new byte[] { 1, 2, 3 }));
        }
    }

    [Test]
    public void Reboot_WithUnflushedWrites_DropsKeepsAndTearsThem()
    {
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        _files.SyncDirectory(Folder);
        file.Write(0, new byte[4096]);
        file.Flush();
        file.Write(0, Filled(4096, 1));
        file.Write(0, Filled(4096, 2));

        var seen = new HashSet<string>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            byte[] content = _files.Reboot(seed).Get("/data/a");
            Assert.That(content, Has.Length.EqualTo(4096));
            for (int sector = 0; sector < 8; sector++)
            {
                byte[] bytes = content[(sector * 512)..((sector + 1) * 512)];
                Assert.That(bytes, Is.All.EqualTo(bytes[0]), "a sector is never torn");
            }

            seen.Add(string.Join(',', Enumerable.Range(0, 8).Select(sector => content[sector * 512])));
        }

        Assert.That(seen, Does.Contain("0,0,0,0,0,0,0,0"));
        Assert.That(seen, Does.Contain("1,1,1,1,1,1,1,1"));
        Assert.That(seen, Does.Contain("2,2,2,2,2,2,2,2"));
        Assert.That(seen, Has.Count.GreaterThan(20));
    }

    [Test]
    public void Reboot_WithUnsyncedEntries_LosesSomeAndKeepsSome()
    {
        Create("/data/old");
        _files.SyncDirectory(Folder);
        Create("/data/new");
        _files.Rename("/data/old", "/data/renamed");

        var seen = new HashSet<string>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            seen.Add(string.Join(',', _files.Reboot(seed).ListFiles(Folder)));
        }

        Assert.That(seen, Is.EquivalentTo(new[] { "old", "new,old", "renamed", "new,renamed" }));
    }

    [Test]
    public void Flush_AfterAFailedOne_DoesNotBringTheLostWritesBack()
    {
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        _files.SyncDirectory(Folder);
        file.Write(0, Filled(512, 1));
        file.Flush();
        file.Write(0, Filled(512, 2));
        _files.Fail(SimulatedOperationKind.Flush);
        Assert.That(file.Flush, Throws.TypeOf<StorageFaultException>());

        file.Flush();

        int lost = Enumerable.Range(0, 50).Count(seed => _files.Reboot((ulong)seed).Get("/data/a")[0] == 1);
        Assert.That(lost, Is.InRange(1, 49));
    }

    [Test]
    public void CrashAt_AChange_StopsThatOneAndAllLater()
    {
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        _files.CrashAt(_files.Changes + 2, seed: 1);
        file.Write(0, [1]);

        Assert.That(() => file.Write(1, [1]), Throws.TypeOf<SimulatedCrashException>());
        Assert.That(file.Flush, Throws.TypeOf<SimulatedCrashException>());
        Assert.That(() => _files.FileExists("/data/a"), Throws.TypeOf<SimulatedCrashException>());
    }

    [Test]
    public void Fail_WithSkip_StrikesOnlyThen()
    {
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        _files.Fail(SimulatedOperationKind.Write, pathContains: "/a", skip: 1, fault: StorageFaultKind.Io);

        file.Write(0, [1]);
        Assert.That(() => file.Write(1, [1]), Throws.TypeOf<StorageFaultException>());
        file.Write(1, [1]);
    }

    [Test]
    public void QuotaBytes_Exceeded_IsNoSpaceUntilRaised()
    {
        _files.QuotaBytes = 8192;
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        file.Allocate(8192);
        file.Write(0, new byte[8192]);

        StorageFaultException? fault = Assert.Throws<StorageFaultException>(() => file.Write(8192, [1]));
        Assert.That(fault!.Kind, Is.EqualTo(StorageFaultKind.NoSpace));
        Assert.That(_files.FreeBytes(Folder), Is.Zero);

        _files.QuotaBytes = null;
        file.Write(8192, [1]);
    }

    [Test]
    public async Task HoldFlushes_UntilOpened_NoFlushReturns()
    {
        using IStorageFile file = _files.Open("/data/a", StorageFileMode.New);
        using FlushGate gate = _files.HoldFlushes();

        Task flush = Task.Run(file.Flush);
        await gate.Reached;
        Assert.That(flush.IsCompleted, Is.False);

        gate.Open();
        await flush;
    }

    private static byte[] Filled(int count, byte value)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private void Create(string path) => _files.Open(path, StorageFileMode.New).Dispose();
}

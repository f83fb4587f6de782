using Nacre.Core.Files;

namespace Nacre.Storage.Tests.Files;

/// <summary>What every <see cref="IFileSystem"/> does, the kernel's and the simulated one alike.</summary>
public abstract class FileSystemContract
{
    private protected abstract IFileSystem Files { get; }

    private protected abstract string Folder { get; }

    private string PathOf(string name) => Path.Combine(Folder, name);

    [Test]
    public void Open_NewOverExisting_Refuses()
    {
        Files.Open(PathOf("a"), StorageFileMode.New).Dispose();

        Assert.That(() => Files.Open(PathOf("a"), StorageFileMode.New), Throws.TypeOf<StorageFaultException>());
    }

    [Test]
    public void Open_ExistingThatIsNotThere_Refuses() =>
        Assert.That(() => Files.Open(PathOf("a"), StorageFileMode.Existing),
            Throws.TypeOf<StorageFaultException>().With.Property("Kind").EqualTo(StorageFaultKind.Io));

    [Test]
    public void Open_ReadOnly_ReadsAndRefusesEveryChange()
    {
        Assert.That(() => Files.Open(PathOf("a"), StorageFileMode.ReadOnly), Throws.TypeOf<StorageFaultException>());
        Write("a", [1, 2, 3]);

        using IStorageFile file = Files.Open(PathOf("a"), StorageFileMode.ReadOnly);

        byte[] buffer = new byte[3];
        Assert.That(file.Read(0, buffer), Is.EqualTo(3));
        Assert.That(() => file.Write(0, [9]), Throws.TypeOf<StorageFaultException>());
        Assert.That(() => file.SetLength(1), Throws.TypeOf<StorageFaultException>());
        Assert.That(() => file.Allocate(4096), Throws.TypeOf<StorageFaultException>());
        file.Read(0, buffer);
        Assert.That(buffer, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Write_PastTheEnd_GrowsWithZeros()
    {
        using IStorageFile file = Files.Open(PathOf("a"), StorageFileMode.ExistingOrNew);

        file.Write(5000, [1, 2, 3]);
        file.Flush();

        byte[] buffer = new byte[6000];
        Assert.That(file.Length, Is.EqualTo(5003));
        Assert.That(file.Read(0, buffer), Is.EqualTo(5003));
        Assert.That(buffer.AsSpan(0, 5000).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        Assert.That(buffer[5000..5003], Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void SetLength_ShorterThenLonger_LeavesZeros()
    {
        using IStorageFile file = Files.Open(PathOf("a"), StorageFileMode.New);
        file.Write(0, [1, 2, 3, 4]);

        file.SetLength(2);
        file.SetLength(4);

        byte[] buffer = new byte[4];
        file.Read(0, buffer);
        Assert.That(buffer, Is.EqualTo(new byte[] { 1, 2, 0, 0 }));
    }

    [Test]
    public void Allocate_Always_LeavesTheLength()
    {
        using IStorageFile file = Files.Open(PathOf("a"), StorageFileMode.New);

        file.Allocate(1 << 16);

        Assert.That(file.Length, Is.Zero);
    }

    [Test]
    public void Rename_OverAFile_ReplacesIt()
    {
        Write("a", [1]);
        Write("b", [2, 2]);

        Files.Rename(PathOf("a"), PathOf("b"));
        Files.SyncDirectory(Folder);

        using IStorageFile file = Files.Open(PathOf("b"), StorageFileMode.Existing);
        Assert.That(Files.FileExists(PathOf("a")), Is.False);
        Assert.That(file.Length, Is.EqualTo(1));
    }

    [Test]
    public void Lists_Always_NameWhatIsInTheFolderSorted()
    {
        Write("b", []);
        Write("a", []);
        Files.CreateDirectory(PathOf("inner/deep"));

        Assert.That(Files.ListFiles(Folder), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Files.ListDirectories(Folder), Is.EqualTo(new[] { "inner" }));
        Assert.That(Files.ListFiles(PathOf("nowhere")), Is.Empty);
    }

    [Test]
    public void Delete_OpenFile_LeavesItsBytesToWhoHasItOpen()
    {
        using IStorageFile file = Files.Open(PathOf("a"), StorageFileMode.New);
        file.Write(0, [7]);

        Files.Delete(PathOf("a"));
        Files.Delete(PathOf("a"));

        byte[] buffer = new byte[1];
        Assert.That(file.Read(0, buffer), Is.EqualTo(1));
        Assert.That(Files.FileExists(PathOf("a")), Is.False);
    }

    [Test]
    public void DeleteDirectory_WithContent_RemovesAll()
    {
        Files.CreateDirectory(PathOf("inner/deep"));
        Write("inner/deep/a", [1]);

        Files.DeleteDirectory(PathOf("inner"));
        Files.DeleteDirectory(PathOf("inner"));

        Assert.That(Files.ListDirectories(Folder), Is.Empty);
        Assert.That(Files.FileExists(PathOf("inner/deep/a")), Is.False);
    }

    [Test]
    public void FreeBytes_Always_IsPositive() => Assert.That(Files.FreeBytes(Folder), Is.Positive);

    private void Write(string name, byte[] bytes)
    {
        using IStorageFile file = Files.Open(PathOf(name), StorageFileMode.New);
        file.Write(0, bytes);
        file.Flush();
    }
}

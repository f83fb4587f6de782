using System.Runtime.Versioning;
using Nacre.Core.Files;
using Nacre.Storage.Files;

namespace Nacre.Storage.Tests.Files;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class PosixFileSystemTests : FileSystemContract
{
    private string _folder = "";

    private protected override IFileSystem Files => PosixFileSystem.Instance;

    private protected override string Folder => _folder;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-files-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Created_FilesAndFolders_AreTheOwnersAlone()
    {
        string inner = Path.Combine(Folder, "inner");
        string path = Path.Combine(inner, "a");

        Files.CreateDirectory(inner);
        Files.Open(path, StorageFileMode.New).Dispose();

        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.GetUnixFileMode(inner),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void Write_OnAFullDevice_IsNoSpace()
    {
        using IStorageFile full = Files.Open("/dev/full", StorageFileMode.Existing);

        StorageFaultException? fault = Assert.Throws<StorageFaultException>(() => full.Write(0, new byte[512]));

        Assert.That(fault!.Kind, Is.EqualTo(StorageFaultKind.NoSpace));
        Assert.That(fault.File, Is.EqualTo("/dev/full"));
    }

    [Test]
    public void Flush_RefusedByTheKernel_Throws()
    {
        // A character device has no data to sync: fdatasync gives EINVAL, which .NET's own flush ignores.
        using IStorageFile device = Files.Open("/dev/null", StorageFileMode.Existing);

        Assert.That(device.Flush, Throws.TypeOf<StorageFaultException>().With.Property("Kind").EqualTo(StorageFaultKind.Io));
    }

    [Test]
    public void Read_OfAFolder_Throws() =>
        Assert.That(() => Files.Open(Folder, StorageFileMode.Existing), Throws.TypeOf<StorageFaultException>());
}

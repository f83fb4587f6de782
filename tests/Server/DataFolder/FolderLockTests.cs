using Nacre.Core.Errors;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Tests.DataFolder;

/// <summary>One node a folder.</summary>
[TestFixture]
public sealed class FolderLockTests
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"nacre-lock-{Guid.NewGuid():N}");

    [TearDown]
    public void Remove() => File.Delete(_path);

    [Test]
    public void Take_WhileTaken_IsRefused()
    {
        using FolderLock first = FolderLock.Take(_path).Value;

        Assert.That(FolderLock.Take(_path).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public void Take_AfterRelease_Succeeds()
    {
        FolderLock.Take(_path).Value.Dispose();

        using FolderLock second = FolderLock.Take(_path).Value;

        Assert.That(second, Is.Not.Null);
    }
}

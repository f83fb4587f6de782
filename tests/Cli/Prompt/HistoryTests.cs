using Nacre.Cli.Prompt;

namespace Nacre.Cli.Tests.Prompt;

/// <summary>What is kept of what was typed.</summary>
[TestFixture]
public sealed class HistoryTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "nacre", "query-history.jsonl");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-history-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Entries_OfAnEarlierRun_AreThere()
    {
        var first = new History(FilePath);
        first.Add("SELECT 1;");
        first.Add("SELECT 'ä\n\"2\"';");
        first.Add("SELECT 'ä\n\"2\"';");

        var second = new History(FilePath);
        second.Add("SELECT 3;");

        Assert.That(new History(FilePath).Entries, Is.EqualTo(new[] { "SELECT 1;", "SELECT 'ä\n\"2\"';", "SELECT 3;" }), "what is repeated is kept once");
        Assert.That(first.Fault, Is.Null);
    }

    [Test]
    [Platform("Unix")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void File_IsItsOwnersAlone()
    {
        new History(FilePath).Add("SELECT 1;");
        UnixFileMode made = File.GetUnixFileMode(FilePath);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        new History(FilePath).Add("SELECT 2;");

        Assert.That(made, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(made), "one that others could read is closed");
    }

    [Test]
    public void Lines_ThatAreBroken_AreLeftOut()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "\"a;\"\n\"b\n5\n\n\"c;\"\n");

        Assert.That(new History(FilePath).Entries, Is.EqualTo(new[] { "a;", "c;" }));
    }

    [Test]
    public void Entries_TooMany_AreForgottenFromTheOldest()
    {
        var history = new History(FilePath);
        for (int i = 0; i < History.MaxEntries + 3; i++)
        {
            history.Add($"{i};");
        }

        Assert.That(new History(FilePath).Entries[0], Is.EqualTo("3;"));
        Assert.That(File.ReadAllLines(FilePath), Has.Length.EqualTo(History.MaxEntries), "and the file has no more");
    }

    [Test]
    public void File_ThatCannotBeWritten_IsDoneWithout()
    {
        File.WriteAllText(Path.Combine(_folder, "nacre"), "no folder");
        var history = new History(FilePath);

        history.Add("SELECT 1;");

        Assert.That(history.Fault, Is.Not.Empty);
        history.Rewind();
        Assert.That(history.Back(""), Is.EqualTo("SELECT 1;"));
    }

    [Test]
    public void Place_FollowsTheDesktopsConvention() => Assert.That(
        History.FileOf(name => name == "XDG_DATA_HOME" ? _folder : null), Is.EqualTo(FilePath));
}

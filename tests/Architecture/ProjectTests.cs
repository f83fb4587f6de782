using System.Xml.Linq;

namespace Nacre.Architecture.Tests;

/// <summary>Holds the arrows between projects to the table of <c>docs/ARCHITECTURE.md</c>.</summary>
[TestFixture]
public sealed class ProjectTests
{
    /// <summary>Folder under <c>src</c> → the folders that it may import. Siblings meet at ports in Core.</summary>
    private static readonly Dictionary<string, string[]> MayImport = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["Protocol"] = [],
        ["Security"] = ["Core"],
        ["Storage"] = ["Core"],
        ["Replication"] = ["Core", "Protocol"],
        ["Query"] = ["Core"],
        ["Scripting"] = ["Core"],
        ["Backup"] = ["Core"],
        ["Client"] = ["Protocol"],
        ["Server"] = ["Core", "Protocol", "Security", "Storage", "Replication", "Query", "Scripting", "Backup"],
        ["Cli"] = ["Client", "Server"],
    };

    private static IEnumerable<TestCaseData> SourceProjects() => Cases("src");

    private static IEnumerable<TestCaseData> AllProjects() => Cases("src").Concat(Cases("tests")).Concat(Cases("benchmarks"));

    [TestCaseSource(nameof(SourceProjects))]
    public void SourceProject_Always_StandsInTheTable(string projectFile)
    {
        string[] parts = projectFile.Split('/');

        Assert.That(parts, Has.Length.EqualTo(3), "a source project lies directly in its folder under src");
        Assert.That(MayImport.Keys, Does.Contain(parts[1]), "a new folder joins the table and docs/ARCHITECTURE.md first");
        Assert.That(parts[2], Is.EqualTo($"Nacre.{parts[1]}.csproj"));
    }

    [TestCaseSource(nameof(SourceProjects))]
    public void SourceProject_References_FollowTheArrows(string projectFile)
    {
        string[] allowed = [.. MayImport[projectFile.Split('/')[1]].Select(name => $"src/{name}")];

        Assert.That(Repository.ReferencesOf(Absolute(projectFile)), Is.SubsetOf(allowed));
    }

    [TestCaseSource(nameof(SourceProjects))]
    public void SourceProject_InternalsVisible_OnlyToItsOwnTests(string projectFile)
    {
        IEnumerable<string> friends = XDocument.Load(Absolute(projectFile))
            .Descendants("InternalsVisibleTo")
            .Select(friend => friend.Attribute("Include")!.Value);

        Assert.That(friends.Where(friend => MayImport.ContainsKey(friend.Replace("Nacre.", "", StringComparison.Ordinal))), Is.Empty,
            "source projects meet at public ports, not at each other's internals");
    }

    [TestCaseSource(nameof(AllProjects))]
    public void Project_Always_BelongsToTheSolution(string projectFile)
    {
        IEnumerable<string> inSolution = XDocument.Load(Path.Combine(Repository.Root, "Nacre.slnx"))
            .Descendants("Project")
            .Select(project => project.Attribute("Path")!.Value);

        Assert.That(inSolution, Does.Contain(projectFile));
    }

    [TestCaseSource(nameof(AllProjects))]
    public void Project_LockFile_LiesBesideIt(string projectFile)
    {
        Assert.That(Path.Combine(Path.GetDirectoryName(Absolute(projectFile))!, "packages.lock.json"), Does.Exist);
    }

    private static string Absolute(string projectFile) => Path.Combine(Repository.Root, projectFile);

    private static IEnumerable<TestCaseData> Cases(string folder) =>
        Repository.ProjectFiles(folder).Select(path => new TestCaseData(Repository.Relative(path)));
}

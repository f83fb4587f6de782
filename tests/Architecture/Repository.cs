using System.Xml.Linq;

namespace Nacre.Architecture.Tests;

/// <summary>The checked-out files that the tests of this project read.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>Nacre.slnx</c>: the nearest one above the running test.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every project file in <paramref name="folder"/> (relative to the root), as absolute paths in ordinal order.</summary>
    public static IReadOnlyList<string> ProjectFiles(string folder) => Files(folder, "*.csproj");

    /// <summary>Every written C# file in <paramref name="folder"/> (relative to the root), as absolute paths in ordinal order.</summary>
    public static IReadOnlyList<string> SourceFiles(string folder) => Files(folder, "*.cs");

    /// <summary>The path relative to the root, with forward slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>The folder of a project relative to the root: <c>src/Core</c>, <c>tests/Core</c>.</summary>
    public static string FolderOf(string projectFile) => Relative(Path.GetDirectoryName(projectFile)!);

    /// <summary>The folders of the projects that <paramref name="projectFile"/> references directly.</summary>
    public static IReadOnlyList<string> ReferencesOf(string projectFile) =>
    [
        .. XDocument.Load(projectFile)
            .Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(include => FolderOf(Path.GetFullPath(include, Path.GetDirectoryName(projectFile)!))),
    ];

    private static string[] Files(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(path => !Relative(path).Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal),
    ];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nacre.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Nacre.slnx.");
    }
}

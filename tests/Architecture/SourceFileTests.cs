namespace Nacre.Architecture.Tests;

/// <summary>Holds every written C# file to the rules that a compiler does not check.</summary>
[TestFixture]
public sealed class SourceFileTests
{
    /// <summary>About 300 lines is a pleasant file; past this one it is two.</summary>
    private const int MaxLines = 600;

    /// <summary>Words that mark unfinished work, written apart so that this file does not hold them.</summary>
    private static readonly string[] UnfinishedMarks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];

    private static IEnumerable<string> AllFiles =>
        Repository.SourceFiles("src").Concat(Repository.SourceFiles("tests")).Concat(Repository.SourceFiles("benchmarks"));

    [Test]
    public void SourceFiles_Length_StaysReadable()
    {
        IEnumerable<string> tooLong = Repository.SourceFiles("src")
            .Select(path => (Path: Repository.Relative(path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > MaxLines)
            .Select(file => $"{file.Path}: {file.Lines} lines");

        Assert.That(tooLong, Is.Empty);
    }

    [Test]
    public void SourceFiles_Content_HoldsNoUnfinishedMark()
    {
        IEnumerable<string> marked =
            from path in AllFiles
            from line in File.ReadLines(path).Index()
            where UnfinishedMarks.Any(mark => line.Item.Contains(mark, StringComparison.Ordinal))
            select $"{Repository.Relative(path)}:{line.Index + 1}: {line.Item.Trim()}";

        Assert.That(marked, Is.Empty);
    }
}

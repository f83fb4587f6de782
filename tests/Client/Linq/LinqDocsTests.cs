using System.Reflection;
using System.Runtime.CompilerServices;
using Nacre.Client.Linq;

namespace Nacre.Client.Tests.Linq;

/// <summary>docs/linq.md shows what the code does: its tables are the cases, and the cases have all that is translated by name.</summary>
[TestFixture]
public sealed class LinqDocsTests
{
    private static readonly (string Title, IEnumerable<LinqCases.Case> Cases)[] Tables =
    [
        ("Comparisons", LinqCases.Comparisons),
        ("Null and what is not there", LinqCases.Nulls),
        ("Strings", LinqCases.Texts),
        ("Numbers", LinqCases.Numbers),
        ("Dates", LinqCases.Dates),
        ("Arrays and lists", LinqCases.Collections),
        ("Members", LinqCases.Members),
        ("Functions of the query language", LinqCases.Dialect),
        ("Rows", LinqCases.Values),
        ("Operators", LinqCases.Queries),
    ];

    private static IEnumerable<TestCaseData> Titles => Tables.Select(table => new TestCaseData(table.Title));

    [TestCaseSource(nameof(Titles))]
    public void Docs_Table_HasExactlyTheCases(string title)
    {
        string section = Docs().Split("\n### ").Single(part => part.StartsWith(title + "\n", StringComparison.Ordinal)).Split("\n## ")[0];

        IEnumerable<string> rows = section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.That(rows, Is.EqualTo(Tables.Single(table => table.Title == title).Cases.Select(Row)));
    }

    [Test]
    public void Cases_HaveEveryMethodThatIsAFunction()
    {
        string code = string.Join('\n', LinqCases.All.Select(each => each.Code));

        Assert.That(MethodTable.Functions.Keys.Where(key => !code.Contains($".{key.Name}(", StringComparison.Ordinal)), Is.Empty);
        Assert.That(
            typeof(QueryFunctions).GetMethods(BindingFlags.Public | BindingFlags.Static)
                .Where(method => !code.Contains($"QueryFunctions.{method.Name}(", StringComparison.Ordinal) && !code.Contains($"QueryFunctions.{method.Name}<", StringComparison.Ordinal)),
            Is.Empty);
    }

    [Test]
    public void Docs_Functions_AreThoseOfTheLanguage()
    {
        string functions = Read("../../../docs/query-functions.md");

        Assert.That(
            typeof(QueryFunctions).GetMethods().Select(method => method.GetCustomAttribute<DialectAttribute>()?.Function).OfType<string>()
                .Concat(MethodTable.Functions.Values)
                .Where(function => !functions.Contains($"| `{function}(", StringComparison.Ordinal)),
            Is.Empty);
    }

    private static string Row(LinqCases.Case each) => $"| `{Escaped(each.Code)}` | `{Escaped(each.Shown)}` |";

    private static string Escaped(string code) => code.Replace("|", "\\|");

    private static string Docs() => Read("../../../docs/linq.md");

    private static string Read(string path, [CallerFilePath] string here = "") => File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, path));
}

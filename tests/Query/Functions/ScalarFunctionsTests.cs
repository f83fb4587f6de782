using System.Text.RegularExpressions;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Functions;

[TestFixture]
public sealed class ScalarFunctionsTests
{
    private static readonly Example[] Examples = [.. FunctionExamples.All];

    private static IEnumerable<string> Names => ScalarFunctions.All.Select(function => function.Name);

    [TestCaseSource(nameof(Names))]
    public void Invoke_ExamplesOfTheFunction_GiveTheirResults(string name)
    {
        Assert.Multiple(() =>
        {
            foreach (Example example in Examples.Where(example => example.Name == name))
            {
                example.Check();
            }
        });
    }

    [Test]
    public void Examples_EveryFunction_HasSomeWithAndWithoutAnAnswer()
    {
        Assert.Multiple(() =>
        {
            foreach (ScalarFunction function in ScalarFunctions.All)
            {
                Example[] own = [.. Examples.Where(example => example.Name == function.Name)];
                // Type checks always have an answer, and so has what takes nothing.
                bool always = function.Family == FunctionFamily.TypeChecking || function.MaxArguments == 0;
                Assert.That(function.Name == "RAND" || own.Any(example => example.Expected != "undefined"), function.Name);
                Assert.That(always || own.Any(example => example.Expected == "undefined"), function.Name);
            }
        });
    }

    [Test]
    public void Examples_AllNames_AreFunctions()
    {
        Assert.That(Examples.Select(example => example.Name).Distinct(), Is.SubsetOf(Names));
    }

    [Test]
    public void Invoke_UndefinedArgument_IsUndefinedUnlessTheFunctionTakesIt()
    {
        foreach (ScalarFunction function in ScalarFunctions.All.Where(function => !function.AcceptsUndefined))
        {
            var arguments = new QueryValue[function.MinArguments];
            Assert.That(
                arguments.Length == 0 || !function.Invoke(arguments, TestContexts.New()).IsDefined, function.Name);
        }
    }

    [Test]
    public void IsPure_FunctionsOfChanceAndTime_AreNot()
    {
        Assert.That(
            ScalarFunctions.All.Where(function => !function.IsPure).Select(function => function.Name),
            Is.EqualTo(new[]
            {
                "AGO", "GETCURRENTDATETIME", "GETCURRENTDATETIMESTATIC", "GETCURRENTTICKS", "GETCURRENTTICKSSTATIC",
                "GETCURRENTTIMESTAMP", "GETCURRENTTIMESTAMPSTATIC", "NOW", "RAND",
            }));
    }

    [TestCase("abs")]
    [TestCase("DateTimeAdd")]
    [TestCase("st_Distance")]
    public void TryFind_AnyCase_FindsTheFunction(string name)
    {
        Assert.That(ScalarFunctions.TryFind(name, out ScalarFunction? function));
        Assert.That(function!.Name, Is.EqualTo(name.ToUpperInvariant()));
    }

    [Test]
    public void TryFind_UnknownName_FindsNothing()
    {
        Assert.That(ScalarFunctions.TryFind("RRF", out ScalarFunction? function), Is.False);
        Assert.That(function, Is.Null);
    }

    [Test]
    public void Documentation_FunctionTable_AgreesWithTheCode()
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "query-functions.md"));
        // The first column of each function row is NAME(arguments), optional ones in brackets.
        Dictionary<string, string> rows = lines
            .Select(line => Regex.Match(line, @"^\| `(?<name>[A-Za-z0-9_]+)\((?<arguments>[^)]*)\)` \|"))
            .Where(match => match.Success)
            .ToDictionary(
                match => match.Groups["name"].Value.ToUpperInvariant(), match => match.Groups["arguments"].Value);

        Assert.That(rows.Keys.Order(StringComparer.Ordinal), Is.EqualTo(Names));
        Assert.Multiple(() =>
        {
            foreach (ScalarFunction function in ScalarFunctions.All)
            {
                string arguments = rows[function.Name];
                int optional = arguments.IndexOf('[', StringComparison.Ordinal);
                string required = optional < 0 ? arguments : arguments[..optional];
                int most = arguments.Contains('…') ? int.MaxValue : Count(arguments);
                Assert.That(Count(required), Is.EqualTo(function.MinArguments), function.Name);
                Assert.That(most, Is.EqualTo(function.MaxArguments), function.Name);
            }
        });

        static int Count(string arguments) => Regex.Count(arguments, "[A-Za-z0-9]+");
    }

    private static string RepositoryRoot()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Nacre.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        Assert.That(folder, Is.Not.Null);
        return folder!;
    }
}

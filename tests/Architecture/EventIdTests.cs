using System.Globalization;
using System.Text.RegularExpressions;

namespace Nacre.Architecture.Tests;

/// <summary>Every log message has a number of its own, in its project's block: whoever filters by number filters right.</summary>
[TestFixture]
public sealed partial class EventIdTests
{
    private static readonly Dictionary<string, int> Blocks = new(StringComparer.Ordinal)
    {
        ["Server"] = 1, ["Storage"] = 2, ["Replication"] = 3, ["Security"] = 5, ["Client"] = 6,
    };

    [Test]
    public void EventIds_OfAProject_AreUniqueAndInItsBlock()
    {
        List<(string Project, int Id)> messages = [.. Messages()];

        Assert.That(messages, Has.Count.GreaterThan(30));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages.Where(message => Blocks.GetValueOrDefault(message.Project) != message.Id / 1000), Is.Empty);
            Assert.That(messages.Select(message => message.Id), Is.Unique);
        }
    }

    private static IEnumerable<(string Project, int Id)> Messages() =>
        from file in Repository.SourceFiles("src")
        from Match message in Message().Matches(File.ReadAllText(file))
        select (Repository.Relative(file).Split('/')[1], int.Parse(message.Groups["id"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\[LoggerMessage\((EventId = )?(?<id>\d+)")]
    private static partial Regex Message();
}

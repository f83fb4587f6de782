namespace Nacre.Nemesis.Tests.Processes;

/// <summary>Reading what nodes log.</summary>
[TestFixture]
internal sealed class NodeLogTests
{
    private const string Text = """
        ready https://127.0.0.1:1
        {"Timestamp":"2000-01-01T00:00:00Z","EventId":3014,"LogLevel":"Information","State":{"Message":"m","Shard":"1","Missing":7}}
        {"Timestamp":"2000-01-01T00:00:00Z","EventId":30,"LogLevel":"Information","State":{"Shard":"2"}}
        {"Timestamp":"2000-01-01T00:00:00Z","EventId":3014,"LogLe
        """;

    [Test]
    public void Parse_TakesWholeLinesOfTheEvent()
    {
        var found = NodeLog.Parse(new StringReader(Text), 3014);

        Assert.That(found, Has.Count.EqualTo(1));
        Assert.That((found[0]["Shard"], found[0]["Missing"]), Is.EqualTo(("1", "7")));
    }
}

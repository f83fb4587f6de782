using Nacre.Client;
using Nacre.Client.Tests.Fakes;
using Nacre.Protocol.V1;

namespace Nacre.Cli.Tests.Prompt;

/// <summary><c>nacre query</c> at a terminal: queries one after the other, page by page.</summary>
[TestFixture]
public sealed class QueryPromptTests
{
    private FakeServer _server = null!;
    private CommandLine _nacre = null!;
    private FakePrompt _prompt = null!;
    private string _folder = "";

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("nacre-prompt-").FullName;
        _server = await FakeServer.StartAsync();
        _prompt = new FakePrompt();
        _nacre = new CommandLine(_server) { Prompt = _prompt, Variables = { ["XDG_DATA_HOME"] = _folder } };
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new() { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        await using NacreClient client = _server.Client();
        for (int i = 0; i < 5; i++)
        {
            await client.GetContainer("world", "cities").CreateJsonAsync(System.Text.Encoding.UTF8.GetBytes($$"""{"id":"{{i}}","country":"AD","n":"name{{i}}"}"""));
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        _prompt.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Query_OfSeveralLines_IsShownAsATable()
    {
        _prompt.Type("SELECT *\nFROM c;\n\\q\n");

        CommandLine.Run run = await RunAsync();

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(_server.State.Queries.Single().Text, Is.EqualTo("SELECT *\nFROM c"));
        Assert.That(run.Output, Does.Contain("name0").And.Contain("name4"));
        Assert.That(run.Error, Does.Contain("world/cities, by /country").And.Contain("5 rows; 5 items of ").And.Contain("charge 1.25"));
        Assert.That(_prompt.IsDisposed, Is.True);
    }

    [Test]
    public async Task Pages_ComeWhenTheyAreWanted()
    {
        _prompt.Type("SELECT 1;\n").Press(FakePrompt.Enter).Type("xq").Type("SELECT 2;\nq").Press(FakePrompt.ControlD);

        CommandLine.Run run = await RunAsync("--page-size", "2", "--output", "json");

        Assert.That(_server.State.Queries.Select(query => (query.Text, query.MaxItems)), Is.EqualTo(new[] { ("SELECT 1", 2), ("SELECT 1", 2), ("SELECT 2", 2) }));
        Assert.That(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row[7]), Is.EqualTo("012301"), "a row a line, as the server wrote it");
        Assert.That(_prompt.Screen.Rows, Has.None.Contain("More rows"), "the question is gone once it is answered");
    }

    [Test]
    public async Task LastPage_AsksForNoMore()
    {
        _prompt.Type("SELECT 1;\n").Press(FakePrompt.Enter, FakePrompt.Enter).Type("\\q\n");

        CommandLine.Run run = await RunAsync("--page-size", "2");

        Assert.That(_server.State.Queries, Has.Count.EqualTo(3));
        Assert.That(run.ExitCode, Is.Zero);
    }

    [Test]
    public async Task Parameters_AreSetShownAndTakenAway()
    {
        _prompt.Type("\\param name=\"x\"\n\\param @age=7\n\\param\nSELECT 1;\n\\param name\n\\param name\nSELECT 2;\n\\q\n");

        CommandLine.Run run = await RunAsync("--parameter", "from=text");

        Assert.That(
            _server.State.Queries.Select(query => string.Join(' ', query.Parameters.Select(p => $"{p.Name}={p.Value.ToStringUtf8()}"))),
            Is.EqualTo(new[] { "@from=\"text\" @name=\"x\" @age=7", "@from=\"text\" @age=7" }));
        Assert.That(run.Error, Does.Contain("@age = 7").And.Contain("There is no parameter name."));
    }

    [Test]
    public async Task Explain_ForOneQueryAndForAll_ShowsThePlan()
    {
        _prompt.Type("\\explain SELECT 1;\nSELECT 2;\n\\explain\nSELECT 3;\n\\explain\n\\q\n");

        CommandLine.Run run = await RunAsync();

        Assert.That(_server.State.Queries.Select(query => (query.Text, query.Explain)), Is.EqualTo(new[] { ("SELECT 1", true), ("SELECT 2", false), ("SELECT 3", true) }));
        Assert.That(run.Output.Split("scan\nanswer"), Has.Length.EqualTo(3));
        Assert.That(run.Output, Does.Contain("name0"), "of the query in between");
    }

    [Test]
    public async Task ControlC_StopsTheQueryAlone()
    {
        var asked = new TaskCompletionSource();
        var givenUp = new TaskCompletionSource();
        _server.State.BeforeAnswer = async (method, context) =>
        {
            if (method.EndsWith("/Query", StringComparison.Ordinal) && !asked.Task.IsCompleted)
            {
                await using CancellationTokenRegistration end = context.CancellationToken.Register(() => givenUp.SetResult());
                asked.SetResult();
                await givenUp.Task;
            }
        };
        _prompt.Type("SELECT 1;\n");
        Task<CommandLine.Run> running = RunAsync();
        await asked.Task;

        _prompt.Type("typed ahead of it").Press(FakePrompt.ControlC).Type("SELECT 2;\n\\q\n");

        CommandLine.Run run = await running;
        await givenUp.Task;
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Error, Does.Contain("Stopped."));
        Assert.That(_server.State.Queries.Last().Text, Is.EqualTo("SELECT 2"));
        Assert.That(run.Output, Does.Contain("name0"));
    }

    [Test]
    public async Task Keys_TypedWhileAQueryRuns_BeginTheNextOne()
    {
        var asked = new TaskCompletionSource();
        var typed = new TaskCompletionSource();
        _server.State.BeforeAnswer = async (method, _) =>
        {
            if (method.EndsWith("/Query", StringComparison.Ordinal))
            {
                asked.TrySetResult();
                await typed.Task;
            }
        };
        _prompt.Type("SELECT 1;\n");
        Task<CommandLine.Run> running = RunAsync();
        await asked.Task;
        _prompt.Type("SELECT 2;\n\\q\n");
        typed.SetResult();

        await running;

        Assert.That(_server.State.Queries.Select(query => query.Text), Is.EqualTo(new[] { "SELECT 1", "SELECT 2" }));
    }

    [Test]
    public async Task Query_ThatIsRefused_EndsNeitherPromptNorTheNextOne()
    {
        int calls = 0;
        _server.State.Refuse = method => method.EndsWith("/Query", StringComparison.Ordinal) && ++calls == 1 ? FakeState.Error(NacreErrorCode.QuerySyntax) : null;
        _prompt.Type("SELEKT; SELECT 1;\nSELECT 2;\n\\nonsense\n\\h\n\\q\n");

        CommandLine.Run run = await RunAsync();

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(_server.State.Queries.Select(query => query.Text), Is.EqualTo(new[] { "SELECT 2" }), "what stood behind the refused one was not asked");
        Assert.That(run.Error, Does.Contain("QuerySyntax: ").And.Contain("\\nonsense is no command").And.Contain("\\param NAME=VALUE"));
    }

    [Test]
    public async Task History_OfARunBefore_IsThere()
    {
        _prompt.Type("SELECT 1;\n\\q\n");
        await RunAsync();
        _prompt = new FakePrompt();
        _nacre.Prompt = _prompt;
        _prompt.Press(FakePrompt.Up, FakePrompt.Up, FakePrompt.Enter).Type("\\q\n");

        await RunAsync();

        Assert.That(_server.State.Queries.Select(query => query.Text), Is.EqualTo(new[] { "SELECT 1", "SELECT 1" }));
    }

    [Test]
    public async Task Container_ThatIsNotThere_IsToldAtOnce()
    {
        CommandLine.Run run = await _nacre.RunAsync("query", "world", "nowhere");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("NotFound: "));
    }

    [Test]
    public async Task WithoutATerminal_AQueryMustBeGiven()
    {
        _nacre.Prompt = null;

        CommandLine.Run run = await _nacre.RunAsync("query", "world", "cities");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(_server.State.Queries, Is.Empty);
    }

    [Test]
    public async Task Prompt_WithMax_IsWrongUsage() => Assert.That((await RunAsync("--max", "5")).ExitCode, Is.EqualTo(2));

    private Task<CommandLine.Run> RunAsync(params string[] options) => _nacre.RunAsync(["query", "world", "cities", .. options]);
}

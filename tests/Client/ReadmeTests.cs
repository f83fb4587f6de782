using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Nacre.Client.Tests.Fakes;
using Nacre.Client.Tests.Samples;

namespace Nacre.Client.Tests;

/// <summary>The README's samples are those that compile and run here.</summary>
[TestFixture]
public sealed partial class ReadmeTests
{
    [Test]
    public void Readme_EverySample_EqualsTheCompiledOne()
    {
        Dictionary<string, string> compiled = Compiled().Matches(Read("Samples.cs"))
            .ToDictionary(match => match.Groups["name"].Value, match => Unindent(match.Groups["code"].Value));
        Dictionary<string, string> shown = Shown().Matches(Read("../../src/Client/README.md"))
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["code"].Value.Trim());

        Assert.That(shown, Is.EqualTo(compiled));
        Assert.That(Regex.Count(Read("../../src/Client/README.md"), "```csharp"), Is.EqualTo(shown.Count), "every block is marked");
    }

    [Test]
    public async Task Readme_EverySample_Runs()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        string connectionString = $"AccountEndpoint={server.Endpoint};AccountKey={server.State.Key};CaCertificate={server.Authority.PemFile};";
        string file = Path.Combine(Path.GetDirectoryName(server.Authority.PemFile)!, "connection.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { endpoint = server.Endpoint, accountKey = server.State.Key, caCertificate = "ca.pem" }));
        await using NacreClient client = server.Client();
        Container cities = client.GetContainer("world", "cities");

        await ReadmeSamples.ConnectAsync(connectionString);
        await ReadmeSamples.ConnectByFileAsync(file);
        await ReadmeSamples.ItemsAsync(cities);
        await ReadmeSamples.RawAsync(cities);
        await ReadmeSamples.IndexingAsync(cities);
        await ReadmeSamples.BulkAsync(cities, Source());
        await ReadmeSamples.ListsAsync(cities);
        await ReadmeSamples.QueriesAsync(cities);
        await ReadmeSamples.LinqAsync(cities);
        await ReadmeSamples.StreamAsync(connectionString);
        await ReadmeSamples.ErrorsAsync(cities, new Samples.City("ad-2", "AD", "Encamp"));
        await ReadmeSamples.NativeAsync(connectionString);
        var services = new ServiceCollection();
        ReadmeSamples.Host(services, connectionString);

        Assert.That(services, Has.Exactly(1).Items);
        Assert.That(server.State.Executed, Is.EqualTo(8));

        static async IAsyncEnumerable<Samples.City> Source()
        {
            await Task.CompletedTask;
            yield return new("ad-5", "AD", "La Massana");
            yield return new("ad-6", "AD", "Escaldes");
        }
    }

    [GeneratedRegex(@"// sample: (?<name>\S+)\n(?<code>.*?)\n\s*// end", RegexOptions.Singleline)]
    private static partial Regex Compiled();

    [GeneratedRegex(@"<!-- sample: (?<name>\S+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shown();

    private static string Unindent(string code)
    {
        string[] lines = code.Split('\n');
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[8..])).Trim();
    }

    private static string Read(string path, [CallerFilePath] string here = "") => File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, path));
}

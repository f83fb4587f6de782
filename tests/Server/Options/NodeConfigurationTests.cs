using System.Collections;
using Nacre.Core.Errors;
using Nacre.Server.Options;

namespace Nacre.Server.Tests.Options;

/// <summary>Where settings come from, and which are refused.</summary>
[TestFixture]
public sealed class NodeConfigurationTests
{
    private static readonly KeyValuePair<string, string?>[] Least = [new("Data", "/data"), new("RootKey", "env:ROOT")];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-configuration-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_EverySource_TheLaterOneHolds()
    {
        string file = Write("""{ "data": "/file", "listen": "127.0.0.1:1", "logLevel": "Error", /* said */ "limits": { "drainSeconds": 7 } }""");
        var environment = new Hashtable { ["NACRE_LISTEN"] = "127.0.0.1:2", ["NACRE_LIMITS__STREAM_OPERATIONS"] = "9" };

        NodeOptions options = NodeConfiguration.Load(file, environment, [.. Least, new("Listen", "127.0.0.1:3")]).Value;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Data, Is.EqualTo("/data"));
            Assert.That(options.Listen, Is.EqualTo("127.0.0.1:3"));
            Assert.That(options.LogLevel, Is.EqualTo("Error"));
            Assert.That(options.Limits.DrainSeconds, Is.EqualTo(7));
            Assert.That(options.Limits.StreamOperations, Is.EqualTo(9));
        }
    }

    [Test]
    public void Load_TheClientsConnectionFile_IsNoSetting()
    {
        var environment = new Hashtable { ["NACRE_CONNECTION_FILE"] = "/home/me/another-server.json" };

        Assert.That(NodeConfiguration.Load(null, environment, Least).Value.ConnectionFile, Is.Null);
    }

    [TestCase("LogFormat", "xml", "logFormat")]
    [TestCase("LogLevel", "Loud", "logLevel")]
    [TestCase("Metrics:OtlpEndpoint", "collector:4317", "metrics.otlpEndpoint")]
    [TestCase("Listen", "8081", "listen")]
    [TestCase("Metrics:Token", "x", "Token")]
    public void Load_ValueOrNameThatIsWrong_IsNamed(string key, string value, string named)
    {
        Result<NodeOptions> loaded = NodeConfiguration.Load(null, new Hashtable(), [.. Least, new(key, value)]);

        Assert.That(loaded.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(loaded.Error!.Message, Does.Contain(named));
    }

    [Test]
    public void Load_TheFileOfTheDebianPackage_IsTaken()
    {
        DirectoryInfo repository = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(repository.FullName, "Nacre.slnx")))
        {
            repository = repository.Parent!;
        }

        string path = Path.Combine(repository.FullName, "packaging/nacre.json");

        Assert.That(NodeConfiguration.Load(path, new Hashtable(), []).Error, Is.Null);
    }

    private string Write(string json)
    {
        string path = Path.Combine(_folder, "nacre.json");
        File.WriteAllText(path, json);
        return path;
    }
}

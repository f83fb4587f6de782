using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Nacre.Core.Errors;
using Nacre.Server.Options;

namespace Nacre.Server.Tests.Options;

/// <summary>Where settings come from, and which are refused.</summary>
[TestFixture]
public sealed class NodeConfigurationTests
{
    private static readonly KeyValuePair<string, string?>[] Least = [new("Data", "/data"), new("RootKey", "env:ROOT")];

    /// <summary>Variables that are out of their range, and what is then said: both ends of every option that has a range.</summary>
    private static readonly (string Variable, string Value, string Said)[] OutOfRange =
    [
        ("NACRE_SHARDS", "-1", "shards: 0 to 64."),
        ("NACRE_SHARDS", "65", "shards: 0 to 64."),
        ("NACRE_MEMORY_BUDGET_BYTES", "67108863", "memoryBudgetBytes: 0, or 67108864 (64 MiB) to 1099511627776 (1 TiB)."),
        ("NACRE_MEMORY_BUDGET_BYTES", "1099511627777", "memoryBudgetBytes: 0, or 67108864 (64 MiB) to 1099511627776 (1 TiB)."),
        ("NACRE_LIMITS__CONNECTIONS", "0", "limits.connections: 1 to 100000."),
        ("NACRE_LIMITS__CONNECTIONS", "100001", "limits.connections: 1 to 100000."),
        ("NACRE_LIMITS__REQUESTS_PER_CONNECTION", "0", "limits.requestsPerConnection: 1 to 10000."),
        ("NACRE_LIMITS__REQUESTS_PER_CONNECTION", "10001", "limits.requestsPerConnection: 1 to 10000."),
        ("NACRE_LIMITS__REQUESTS", "0", "limits.requests: 1 to 100000."),
        ("NACRE_LIMITS__REQUESTS", "100001", "limits.requests: 1 to 100000."),
        ("NACRE_LIMITS__REQUEST_BYTES", "4194303", "limits.requestBytes: 4194304 to 68719476736."),
        ("NACRE_LIMITS__REQUEST_BYTES", "68719476737", "limits.requestBytes: 4194304 to 68719476736."),
        ("NACRE_LIMITS__HEADER_BYTES", "4095", "limits.headerBytes: 4096 to 1048576."),
        ("NACRE_LIMITS__HEADER_BYTES", "1048577", "limits.headerBytes: 4096 to 1048576."),
        ("NACRE_LIMITS__STREAM_OPERATIONS", "0", "limits.streamOperations: 1 to 65536."),
        ("NACRE_LIMITS__STREAM_OPERATIONS", "65537", "limits.streamOperations: 1 to 65536."),
        ("NACRE_LIMITS__SNAPSHOT_BYTES_PER_SECOND", "1048575", "limits.snapshotBytesPerSecond: 1048576 to 68719476736."),
        ("NACRE_LIMITS__SNAPSHOT_BYTES_PER_SECOND", "68719476737", "limits.snapshotBytesPerSecond: 1048576 to 68719476736."),
        ("NACRE_LIMITS__DRAIN_SECONDS", "-1", "limits.drainSeconds: 0 to 3600."),
        ("NACRE_LIMITS__DRAIN_SECONDS", "3601", "limits.drainSeconds: 0 to 3600."),
        ("NACRE_LIMITS__DRAIN_SECONDS", "soon", "limits.drainSeconds: 0 to 3600."),
        ("NACRE_LIMITS__DRAIN_SECONDS", "4294967296", "limits.drainSeconds: 0 to 3600."),
        ("NACRE_LISTEN", "8081", "listen: write HOST:PORT, such as 127.0.0.1:8081."),
        ("NACRE_ADDRESS", "db1", "address: write HOST:PORT, such as db1.example.org:8081."),
        ("NACRE_NODE_LISTEN", "8082", "nodeListen: write HOST:PORT, such as 10.0.0.5:8082."),
        ("NACRE_NODE_ADDRESS", "db1:", "nodeAddress: write HOST:PORT, such as db1.example.org:8082."),
        ("NACRE_LOG_LEVEL", "Loud", "logLevel: Trace, Debug, Information, Warning, Error or Critical."),
        ("NACRE_LOG_FORMAT", "xml", "logFormat: auto, json or text."),
        ("NACRE_METRICS__OTLP_ENDPOINT", "collector:4317", "metrics.otlpEndpoint: write http://HOST:PORT or https://HOST:PORT."),
    ];

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

    [TestCaseSource(nameof(OutOfRange))]
    public void Load_ValueOutOfRange_ItsRangeIsSaid((string Variable, string Value, string Said) wrong)
    {
        Result<NodeOptions> loaded = NodeConfiguration.Load(null, new Hashtable { [wrong.Variable] = wrong.Value }, Least);

        Assert.That(loaded.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(loaded.Error!.Message, Is.EqualTo(wrong.Said));
    }

    [Test]
    public void OutOfRange_HoldsEveryOptionThatHasARange()
    {
        IEnumerable<string> bounded = typeof(NodeOptions).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(NodeOptions).Namespace)
            .SelectMany(type => type.GetProperties())
            .Where(property => property.GetCustomAttributes<ValidationAttribute>().Any(rule => rule is not RequiredAttribute))
            .Select(property => property.Name);

        Assert.That(
            OutOfRange.Select(wrong => wrong.Variable.Split("__")[^1].Replace("NACRE_", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)).Distinct(),
            Is.EquivalentTo(bounded).IgnoreCase);
    }

    [TestCase("NACRE_DRAIN_SECONDS", "NACRE_DRAIN_SECONDS names no setting.")]
    [TestCase("NACRE_LIMITS__DRAINSECOND", "NACRE_LIMITS__DRAINSECOND names no setting.")]
    [TestCase("nacre_Listen__x", "nacre_Listen__x names no setting.")]
    [TestCase("NACRE_LIMITS", "NACRE_LIMITS is a section: name one of its settings.")]
    [TestCase("NACRE_DEV", "dev: true or false.")]
    public void Load_VariableThatIsNoSetting_IsNamedAsItIsWritten(string variable, string said)
    {
        Result<NodeOptions> loaded = NodeConfiguration.Load(null, new Hashtable { [variable] = "5" }, Least);

        Assert.That(loaded.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(loaded.Error!.Message, Is.EqualTo(said));
    }

    [Test]
    public void Load_SeveralThatAreWrong_AllAreNamed()
    {
        string file = Write("""{ "limits": { "request": 1, "requests": 0 }, "tls": { "names": "db.example.org", "keyFile": "/key" }, "shards": null, "metrics": {} }""");

        Result<NodeOptions> loaded = NodeConfiguration.Load(file, new Hashtable { ["NACRE_TOKENS"] = "1" }, []);

        Assert.That(loaded.Error!.Message.Split(". "), Is.EquivalentTo(new[]
        {
            $"limits.request in {file} names no setting",
            $"tls.names in {file} is a list: [\"…\"] in a file; in the environment a variable an entry, ending __0, __1 and so on",
            "NACRE_TOKENS names no setting",
            "data: the data folder must be named (--data DIR)",
            "limits.requests: 1 to 100000",
            "tls: certificateFile and keyFile are given together or not at all",
            "rootKey: name a root key (--root-key file:PATH or env:NAME), or start with --dev to try things out.",
        }));
    }

    [Test]
    public void Load_AListInFileAndEnvironment_IsTaken()
    {
        string file = Write("""{ "tls": { "names": ["a", "b"] } }""");

        NodeOptions options = NodeConfiguration.Load(file, new Hashtable { ["NACRE_TLS__NAMES__1"] = "c" }, Least).Value;

        Assert.That(options.Tls.Names, Is.EqualTo(new[] { "a", "c" }));
    }

    [TestCase("{ \"data\": ")]
    [TestCase("[]")]
    [TestCase("{ \"data\": \"/a\", \"Data\": \"/b\" }")]
    [TestCase(null)]
    public void Load_FileThatIsNone_IsNamed(string? json)
    {
        string file = json is null ? Path.Combine(_folder, "missing.json") : Write(json);

        Result<NodeOptions> loaded = NodeConfiguration.Load(file, new Hashtable(), Least);

        Assert.That(loaded.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(loaded.Error!.Message, Does.StartWith($"The configuration file {file} cannot be read: "));
    }

    [Test]
    public void Load_VariableThatARootKeyReferenceNames_IsNoSetting()
    {
        string file = Write("""{ "rootKey": "env:NACRE_THE_FILES" }""");
        var environment = new Hashtable
        {
            ["NACRE_THE_FILES"] = "secret", ["NACRE_ROOT_KEY"] = "env:NACRE_THE_ENVIRONMENTS", ["NACRE_THE_ENVIRONMENTS"] = "secret",
        };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                NodeConfiguration.Load(file, environment, [new("Data", "/data")]).Value.RootKey, Is.EqualTo("env:NACRE_THE_ENVIRONMENTS"));
            environment.Remove("NACRE_ROOT_KEY");
            Assert.That(
                NodeConfiguration.Load(file, environment, [new("Data", "/data")]).Error?.Message, Is.EqualTo("NACRE_THE_ENVIRONMENTS names no setting."));
            environment.Remove("NACRE_THE_ENVIRONMENTS");
            Assert.That(NodeConfiguration.Load(file, environment, [new("Data", "/data")]).Value.RootKey, Is.EqualTo("env:NACRE_THE_FILES"));
        }
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

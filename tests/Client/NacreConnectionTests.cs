using System.Buffers.Binary;
using System.Buffers.Text;

namespace Nacre.Client.Tests;

[TestFixture]
public sealed class NacreConnectionTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODw==";

    /// <summary>Made on 2023-11-14 for an hour; the fields that only the server reads are arbitrary.</summary>
    private static readonly string Token = MakeToken();

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-connection-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Parse_AllParts_AreRead()
    {
        NacreConnection connection = NacreConnection.Parse($"AccountEndpoint=https://db.example:8081;AccountKey={Key};CaCertificate=/etc/ca.pem;");

        Assert.That(connection.Endpoint, Is.EqualTo(new Uri("https://db.example:8081")));
        Assert.That(connection.AccountKey, Is.EqualTo(Key));
        Assert.That(connection.CaCertificatePath, Is.EqualTo("/etc/ca.pem"));
    }

    [Test]
    public void Parse_OtherCaseAndSpacesWithoutCertificate_IsRead()
    {
        NacreConnection connection = NacreConnection.Parse($" accountendpoint = https://localhost:1 ; ACCOUNTKEY={Key}");

        Assert.That(connection.Endpoint.Port, Is.EqualTo(1));
        Assert.That(connection.CaCertificatePath, Is.Null);
    }

    [Test]
    public void Endpoints_FromEverySource_AreKeptInOrder()
    {
        string path = Path.Combine(_folder, "connection.json");
        File.WriteAllText(path, $$"""{"endpoint":"https://a:1","endpoints":["https://b:2","https://a:1","https://c:3"],"accountKey":"{{Key}}"}""");
        string list = Path.Combine(_folder, "list.json");
        File.WriteAllText(list, $$"""{"endpoints":["https://a:1","https://b:2","https://c:3"],"accountKey":"{{Key}}"}""");
        Uri[] endpoints = [new("https://a:1"), new("https://b:2"), new("https://c:3")];

        NacreConnection[] connections =
        [
            new(endpoints, Key),
            new([.. endpoints, endpoints[0]], Key),
            NacreConnection.ForToken(endpoints, Token),
            NacreConnection.Parse($"AccountEndpoint=https://a:1, https://b:2,https://c:3,;AccountKey={Key}"),
            NacreConnection.Load(path),
            NacreConnection.Load(list),
            NacreConnection.FromVariables(name => name switch { "NACRE_ENDPOINT" => "https://a:1,https://b:2,https://c:3", "NACRE_KEY" => Key, _ => null }),
        ];

        foreach (NacreConnection connection in connections)
        {
            Assert.That(connection.Endpoints, Is.EqualTo(endpoints));
            Assert.That(connection.Endpoint, Is.EqualTo(endpoints[0]));
            Assert.That(connection.ToString(), Is.EqualTo("https://a:1/,https://b:2/,https://c:3/"));
        }
    }

    [TestCase($"AccountEndpoint=https://a:1,http://b:2;AccountKey={Key}", TestName = "Parse_OneOfTwoPlainText_Throws")]
    [TestCase($"AccountEndpoint=,;AccountKey={Key}", TestName = "Parse_CommasAlone_Throws")]
    [TestCase($"AccountKey={Key}", TestName = "Parse_WithoutEndpoint_Throws")]
    [TestCase("AccountEndpoint=https://localhost:1", TestName = "Parse_WithoutKey_Throws")]
    [TestCase($"AccountEndpoint=http://localhost:1;AccountKey={Key}", TestName = "Parse_PlainText_Throws")]
    [TestCase("AccountEndpoint=https://localhost:1;AccountKey=not base64", TestName = "Parse_KeyNotBase64_Throws")]
    [TestCase("AccountEndpoint=https://localhost:1;AccountKey=AAAA", TestName = "Parse_KeyTooShort_Throws")]
    [TestCase($"AccountEndpoint=https://localhost:1;AccountKey={Key};AccountKey={Key}", TestName = "Parse_KeyTwice_Throws")]
    [TestCase($"AccountEndpoint=https://localhost:1;AccountKey={Key};DisableServerCertificateValidation=True", TestName = "Parse_UnknownPart_Throws")]
    public void Parse_NotWellFormed_Throws(string text)
    {
        FormatException? error = Assert.Throws<FormatException>(() => NacreConnection.Parse(text));

        Assert.That(error!.Message, Does.Not.Contain(Key));
    }

    [Test]
    public void Load_ConnectionFile_TakesCertificateFromItsFolder()
    {
        string path = Path.Combine(_folder, "connection.json");
        File.WriteAllText(path, $$"""{"endpoint":"https://localhost:8081","accountKey":"{{Key}}","readOnlyKey":"/////////////////////w==","caCertificate":"ca.pem"}""");

        NacreConnection readWrite = NacreConnection.Load(path);
        NacreConnection readOnly = NacreConnection.Load(path, readOnly: true);

        Assert.That(readWrite.AccountKey, Is.EqualTo(Key));
        Assert.That(readWrite.CaCertificatePath, Is.EqualTo(Path.Combine(_folder, "ca.pem")));
        Assert.That(readOnly.AccountKey, Is.EqualTo("/////////////////////w=="));
    }

    [Test]
    public void Token_FromEverySource_TakesThePlaceOfTheKey()
    {
        string path = Path.Combine(_folder, "connection.json");
        File.WriteAllText(path, $$"""{"endpoint":"https://localhost:8081","accountKey":"{{Key}}","caCertificate":"ca.pem"}""");

        NacreConnection[] connections =
        [
            NacreConnection.ForToken(new Uri("https://localhost:8081"), Token),
            NacreConnection.Parse($"AccountEndpoint=https://localhost:8081;ResourceToken={Token}"),
            NacreConnection.LoadForToken(path, Token),
            NacreConnection.FromVariables(name => name switch { "NACRE_CONNECTION_FILE" => path, "NACRE_TOKEN" => Token, _ => null }),
            NacreConnection.FromVariables(name => name switch { "NACRE_ENDPOINT" => "https://localhost:8081", "NACRE_KEY" => Key, "NACRE_TOKEN" => Token, _ => null }),
        ];

        foreach (NacreConnection connection in connections)
        {
            Assert.That(connection.AccountKey, Is.Null);
            Assert.That(connection.TokenParts!.Claims, Is.EqualTo(Token[..96]));
            Assert.That(connection.TokenParts.ExpiresAt, Is.EqualTo(DateTimeOffset.UnixEpoch.AddMilliseconds(1_700_000_000_123).AddHours(1)));
            Assert.That(connection.ToString(), Is.EqualTo("https://localhost:8081/"));
        }
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("a.b")]
    public void Token_NotWellFormed_ThrowsWithoutRepeatingIt(string cut)
    {
        string[] texts = [cut, Token[..^1], Token[1..], Token + "A", Token.Replace('.', ':'), Token[..96], "*" + Token[1..], "Ag" + Token[2..]];
        foreach (string text in texts)
        {
            ArgumentException? argument = Assert.Throws<ArgumentException>(() => NacreConnection.ForToken(new Uri("https://localhost:1"), text));
            FormatException? format = Assert.Throws<FormatException>(() => NacreConnection.Parse($"AccountEndpoint=https://localhost:1;ResourceToken={text}"));
            Assert.That(argument!.Message + format!.Message, Does.Not.Contain(Token[60..90]));
        }
    }

    [Test]
    public void Parse_KeyAndToken_Throws() => Assert.That(
        () => NacreConnection.Parse($"AccountEndpoint=https://localhost:1;AccountKey={Key};ResourceToken={Token}"), Throws.TypeOf<FormatException>());

    [Test]
    public void Load_NotJson_Throws()
    {
        string path = Path.Combine(_folder, "connection.json");
        File.WriteAllText(path, "endpoint: x");

        Assert.That(() => NacreConnection.Load(path), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void FromVariables_WithoutKey_NamesTheVariables()
    {
        FormatException? error = Assert.Throws<FormatException>(
            () => NacreConnection.FromVariables(name => name == "NACRE_ENDPOINT" ? "https://localhost:1" : null));

        Assert.That(error!.Message, Does.Contain("NACRE_KEY"));
    }

    [Test]
    public void FromVariables_All_AreRead()
    {
        NacreConnection connection = NacreConnection.FromVariables(name => name switch
        {
            "NACRE_ENDPOINT" => "https://localhost:1",
            "NACRE_KEY" => Key,
            "NACRE_CA" => "/ca.pem",
            _ => null,
        });

        Assert.That(connection.CaCertificatePath, Is.EqualTo("/ca.pem"));
    }

    [Test]
    public void FromVariables_ConnectionFileAlone_IsLoaded()
    {
        NacreConnection connection = NacreConnection.FromVariables(name => name == "NACRE_CONNECTION_FILE" ? WriteFile() : null);

        Assert.That(connection.Endpoint, Is.EqualTo(new Uri("https://localhost:2")));
    }

    [Test]
    public void FromVariables_AddressBesideAConnectionFile_AddressHolds()
    {
        NacreConnection connection = NacreConnection.FromVariables(name => name switch
        {
            "NACRE_ENDPOINT" => "https://localhost:1",
            "NACRE_KEY" => Key,
            "NACRE_CONNECTION_FILE" => WriteFile(),
            _ => null,
        });

        Assert.That(connection.Endpoint, Is.EqualTo(new Uri("https://localhost:1")));
    }

    private string WriteFile()
    {
        string path = Path.Combine(_folder, "connection.json");
        File.WriteAllText(path, $$"""{"endpoint":"https://localhost:2","accountKey":"{{Key}}","readOnlyKey":"{{Key}}"}""");
        return path;
    }

    [Test]
    public void ToString_Always_KeepsTheKey()
    {
        Assert.That(new NacreConnection(new Uri("https://localhost:1"), Key).ToString(), Does.Not.Contain(Key));
    }

    private static string MakeToken()
    {
        byte[] claims = [.. Enumerable.Range(0, 72).Select(i => (byte)i)];
        claims[0] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(claims.AsSpan(48), 1_700_000_000_123);
        BinaryPrimitives.WriteUInt32LittleEndian(claims.AsSpan(56), 3600);
        return $"{Base64Url.EncodeToString(claims)}.{Base64Url.EncodeToString(new byte[32])}";
    }
}

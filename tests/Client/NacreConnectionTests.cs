namespace Nacre.Client.Tests;

[TestFixture]
public sealed class NacreConnectionTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODw==";

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
}

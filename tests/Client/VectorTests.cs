using System.Text.Json;
using Nacre.Client.Streaming;
using Nacre.Client.Transport;

namespace Nacre.Client.Tests;

/// <summary>Holds the client's signatures to the vectors of docs/formats/auth.md.</summary>
[TestFixture]
public sealed class VectorTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "hmac-v2.json"))).RootElement;

    private static IEnumerable<TestCaseData> Unary() => Named("unary");

    private static IEnumerable<TestCaseData> Streams() => Named("stream");

    [TestCaseSource(nameof(Unary))]
    public void Credential_Unary_MatchesTheHeader(JsonElement vector)
    {
        var signer = new RequestSigner(
            new Credential(vector.GetProperty("key").GetBytesFromBase64()), new Uri($"https://{Text(vector, "audience")}"), TimeProvider.System);

        string header = signer.HeaderOf(
            Text(vector, "method"), Hex(vector, "body"), vector.GetProperty("timeMs").GetInt64(), Hex(vector, "nonce"));

        Assert.That(header, Is.EqualTo(Text(vector, "header")));
    }

    [TestCaseSource(nameof(Streams))]
    public void StreamKeys_BothDirections_MatchEveryMac(JsonElement vector)
    {
        using var keys = new StreamKeys(
            new HmacKey(vector.GetProperty("key").GetBytesFromBase64()), Hex(vector, "clientNonce"), Hex(vector, "serverNonce"));

        Assert.That(keys.Proof, Is.EqualTo(Hex(vector, "proof")));
        byte[] mac = new byte[HmacKey.MacBytes];
        foreach (JsonElement batch in vector.GetProperty("clientToServer").EnumerateArray())
        {
            keys.Up.Next(Hex(batch, "payload"), mac);
            Assert.That(mac, Is.EqualTo(Hex(batch, "mac")));
        }

        foreach (JsonElement batch in vector.GetProperty("serverToClient").EnumerateArray())
        {
            Assert.That(keys.Down.Verify(Hex(batch, "payload"), Hex(batch, "mac")), Is.True);
        }
    }

    [TestCase("https://LocalHost:8081/x", "aud=localhost:8081;", TestName = "Credential_HostInCapitals_IsLower")]
    [TestCase("https://[0:0:0:0:0:0:0:1]:8081", "aud=[::1]:8081;", TestName = "Credential_IPv6_IsShortestInBrackets")]
    [TestCase("https://Bücher.example", "aud=xn--bcher-kva.example:443;", TestName = "Credential_International_IsAscii")]
    public void Credential_Audience_IsCanonical(string endpoint, string expected)
    {
        var signer = new RequestSigner(new Credential(new byte[64]), new Uri(endpoint), TimeProvider.System);

        Assert.That(signer.HeaderOf("/a/b", [], 1_767_323_045_000, new byte[16]), Does.Contain(expected));
    }

    private static IEnumerable<TestCaseData> Named(string kind) => Vectors.GetProperty(kind).EnumerateArray()
        .Select(vector => new TestCaseData(vector) { TestName = $"{{m}}({vector.GetProperty("name").GetString()})" });

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static byte[] Hex(JsonElement vector, string name) => Convert.FromHexString(Text(vector, name));
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Time;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Tests.Authentication;

/// <summary>Holds both sides to the vectors that an independent implementation wrote.</summary>
[TestFixture]
internal sealed class VectorTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "hmac-v2.json"))).RootElement;

    private static IEnumerable<TestCaseData> Unary() => Named("unary");

    private static IEnumerable<TestCaseData> Streams() => Named("stream");

    [Test]
    public void KeyId_OfEachKey_Matches()
    {
        foreach (JsonElement vector in Vectors.GetProperty("keyIds").EnumerateArray())
        {
            using HmacKey key = HmacKey.CopyOf(vector.GetProperty("key").GetBytesFromBase64());
            Assert.That(CredentialKeyId.Of(key).ToString(), Is.EqualTo(vector.GetProperty("id").GetString()));
        }
    }

    [TestCaseSource(nameof(Unary))]
    public void Sign_Unary_MatchesTheHeader(JsonElement vector)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(vector.GetProperty("timeMs").GetInt64()));
        var nonce = new FixedBytes(Hex(vector, "nonce"));
        using var signer = new RequestSigner(vector.GetProperty("key").GetBytesFromBase64(), time, nonce);

        string header = signer.Sign(Text(vector, "method"), Text(vector, "audience"), Hex(vector, "body"));

        Assert.That(header, Is.EqualTo(Text(vector, "header")));
    }

    [TestCaseSource(nameof(Unary))]
    public void CanonicalRequest_Unary_MatchesTheText(JsonElement vector)
    {
        Span<byte> hash = stackalloc byte[32];
        BodyHash.Compute(new ReadOnlySequence<byte>(Hex(vector, "body")), hash);
        string[] lines = Text(vector, "canonical").Split('\n');

        ReadOnlySpan<byte> canonical = CanonicalRequest.Write(
            stackalloc byte[CanonicalRequest.MaxLength], lines[1], Encoding.ASCII.GetBytes(lines[2]), Encoding.ASCII.GetBytes(lines[3]),
            Encoding.ASCII.GetBytes(lines[4]), hash);

        Assert.That(Encoding.ASCII.GetString(canonical), Is.EqualTo(Text(vector, "canonical")));
    }

    [TestCaseSource(nameof(Streams))]
    public void StreamSession_BothSides_MatchEveryMac(JsonElement vector)
    {
        using HmacKey key = HmacKey.CopyOf(vector.GetProperty("key").GetBytesFromBase64());
        var principal = new Principal(PrincipalKind.AccountReadWrite, "test", CredentialKeyId.Of(key), ResourceScope.Account);
        using StreamSession client = StreamSession.TryDerive(key, principal, Hex(vector, "clientNonce"), Hex(vector, "serverNonce"), StreamSide.Client)!;
        using StreamSession server = StreamSession.TryDerive(key, principal, Hex(vector, "clientNonce"), Hex(vector, "serverNonce"), StreamSide.Server)!;

        Assert.That(server.Proof.ToArray(), Is.EqualTo(Hex(vector, "proof")));
        Assert.That(client.Proof.ToArray(), Is.EqualTo(Hex(vector, "proof")));
        AssertDirection(vector.GetProperty("clientToServer"), client, server);
        AssertDirection(vector.GetProperty("serverToClient"), server, client);
    }

    private static void AssertDirection(JsonElement batches, StreamSession sender, StreamSession receiver)
    {
        foreach (JsonElement batch in batches.EnumerateArray())
        {
            byte[] mac = new byte[32];
            sender.Sign(Hex(batch, "payload"), mac);
            Assert.That(mac, Is.EqualTo(Hex(batch, "mac")));
            Assert.That(receiver.Verify(Hex(batch, "payload"), mac).IsOk, Is.True);
        }
    }

    private static IEnumerable<TestCaseData> Named(string kind) =>
        Vectors.GetProperty(kind).EnumerateArray().Select(vector => new TestCaseData(vector).SetArgDisplayNames(Text(vector, "name")));

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static byte[] Hex(JsonElement vector, string name) => Convert.FromHexString(Text(vector, name));

    private sealed class FixedBytes(byte[] bytes) : IRandomSource
    {
        public void Fill(Span<byte> buffer) => bytes.CopyTo(buffer);
    }
}

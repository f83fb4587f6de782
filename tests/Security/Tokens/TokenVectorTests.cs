using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tokens;
using Nacre.Testing;

namespace Nacre.Security.Tests.Tokens;

/// <summary>Holds the making and the taking of tokens to the vectors that an independent implementation wrote.</summary>
[TestFixture]
internal sealed class TokenVectorTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "resource-token-v1.json"))).RootElement;

    private static IEnumerable<TestCaseData> Tokens() => Vectors.GetProperty("tokens").EnumerateArray()
        .Select(vector => new TestCaseData(vector).SetArgDisplayNames(Text(vector, "name")));

    [TestCaseSource(nameof(Tokens))]
    public void Issue_OfEachVector_GivesItsBytes(JsonElement vector)
    {
        using var server = new TokenServer(vector);

        IssuedToken issued = server.Issue();

        Assert.That(issued.Text, Is.EqualTo(Text(vector, "text")));
        Assert.That(issued.Expires.ToUnixTimeMilliseconds(), Is.EqualTo(vector.GetProperty("expiresMs").GetInt64()));
    }

    [TestCaseSource(nameof(Tokens))]
    public void TryRead_OfEachVector_GivesItsFields(JsonElement vector)
    {
        using var server = new TokenServer(vector);

        Assert.That(ResourceToken.TryRead(Hex(vector, "token"), out ResourceToken token));

        PermissionRecord permission = server.Permission;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (token.Mode, token.Database, token.User, token.Permission, token.Epoch, token.Container),
                Is.EqualTo((permission.Target.Mode, permission.Database, permission.User, permission.Id, permission.Version, permission.Container)));
            Assert.That(token.KeyGeneration, Is.EqualTo(vector.GetProperty("generation").GetUInt32()));
            Assert.That(token.IssuedMs, Is.EqualTo(vector.GetProperty("issuedMs").GetInt64()));
            Assert.That(token.Expires.ToUnixTimeMilliseconds(), Is.EqualTo(vector.GetProperty("expiresMs").GetInt64()));
            Assert.That(token.Issuer, Is.EqualTo(server.Issuer.Key));
        }
    }

    [TestCaseSource(nameof(Tokens))]
    public void Sign_WithEachVector_GivesItsHeader(JsonElement vector)
    {
        var time = new FakeTimeProvider(At(vector, "timeMs"));
        using var signer = new RequestSigner(Text(vector, "text"), time, new FixedBytes(Hex(vector, "nonce")));

        Assert.That(signer.Sign(Text(vector, "method"), Text(vector, "audience"), Hex(vector, "body")), Is.EqualTo(Text(vector, "header")));
    }

    [TestCaseSource(nameof(Tokens))]
    public void Authenticate_EachVectorsRequest_IsTheBearer(JsonElement vector)
    {
        using var server = new TokenServer(vector);

        // The token was made elsewhere: this server has only the key, the catalogue and the request.
        Result<Principal> entered = server.Authenticate(Text(vector, "header"), Hex(vector, "body"));

        Assert.That(entered.Error, Is.Null);
        Assert.That(entered.Value.Reach, Is.EqualTo(new ResourceScope(server.Permission.Database, server.Permission.Container)));
        bool ownsAll = !server.Permission.Target.PartitionKey.Equals(default(PartitionKey));
        byte[] own = ItemKey.Encode(PartitionKey.Parse("""["t1","u1"]""").Value, "1");
        byte[] others = ItemKey.Encode(PartitionKey.Parse("""["t2","u1"]""").Value, "1");
        Assert.That(PermissionChecker.CheckItem(entered.Value, own), Is.Null);
        Assert.That(PermissionChecker.CheckItem(entered.Value, others)?.Code, Is.EqualTo(ownsAll ? ErrorCode.Forbidden : null));
    }

    [TestCaseSource(nameof(Tokens))]
    public void AuthenticateStream_EachVectorsRequest_GivesItsProof(JsonElement vector)
    {
        using var server = new TokenServer(vector);

        using StreamSession session = server.AuthenticateStream(Text(vector, "header"), Hex(vector, "body"), Hex(vector, "nonce")).Value;

        Assert.That(session.Proof.ToArray(), Is.EqualTo(Hex(vector, "streamProof")));
    }

    [TestCaseSource(nameof(Tokens))]
    public void Authenticate_EachVectorsRequestAMillisecondLater_IsExpired(JsonElement vector)
    {
        using var server = new TokenServer(vector);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(server.Authenticate(Text(vector, "header"), Hex(vector, "body")).Error?.Code, Is.EqualTo(ErrorCode.TokenExpired));
    }

    private static DateTimeOffset At(JsonElement vector, string name) => DateTimeOffset.FromUnixTimeMilliseconds(vector.GetProperty(name).GetInt64());

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static byte[] Hex(JsonElement vector, string name) => Convert.FromHexString(Text(vector, name));

    /// <summary>A server with a vector's keys and permission, at the moment at which the vector's request was signed.</summary>
    private sealed class TokenServer : IDisposable
    {
        private readonly JsonElement _vector;
        private readonly AccountKeys _keys;
        private readonly AccountKeyDirectory _inForce = new();
        private readonly TokenKeyDirectory _tokenKeys = new();
        private readonly ResourceTokens _tokens;
        private readonly HmacAuthenticator _authenticator;

        public TokenServer(JsonElement vector)
        {
            _vector = vector;
            Time = new FakeTimeProvider(At(vector, "issuedMs").AddHours(-1));
            _keys = AccountKeys.Draw(Time, new FixedBytes([.. Vectors.GetProperty("accountKeys").EnumerateArray().Select(key => key.GetBytesFromBase64())]));
            _inForce.Replace(_keys);
            _tokenKeys.Replace([TokenKey.Draw(vector.GetProperty("generation").GetUInt32(), Time, new FixedBytes(vector.GetProperty("tokenKey").GetBytesFromBase64()))]);
            Permission = PermissionOf(vector);
            var catalog = new TokenFixture.FakeCatalog();
            catalog.Put(Permission);
            _tokens = new ResourceTokens(_tokenKeys, _inForce, new CatalogRevocations(catalog), Time);
            _authenticator = new HmacAuthenticator(
                _inForce, new AudienceNames(["localhost"]), new ReplayCacheOptions(), Time, new SeededRandom(1), _tokens);
            Time.SetUtcNow(At(vector, "timeMs"));
        }

        public FakeTimeProvider Time { get; }

        public PermissionRecord Permission { get; }

        public Principal Issuer => _inForce.Find(_keys.All[_vector.GetProperty("issuer").GetInt32()].Id)!.Principal;

        public IssuedToken Issue()
        {
            var then = new FakeTimeProvider(At(_vector, "issuedMs"));
            var tokens = new ResourceTokens(_tokenKeys, _inForce, new CatalogRevocations(new TokenFixture.FakeCatalog()), then);
            return tokens.Issue(Permission, Issuer, TimeSpan.FromSeconds(_vector.GetProperty("askedSeconds").GetInt32())).Value;
        }

        public Result<Principal> Authenticate(string header, byte[] body) =>
            _authenticator.Authenticate(header, Text(_vector, "method"), new ReadOnlySequence<byte>(body));

        public Result<StreamSession> AuthenticateStream(string header, byte[] body, byte[] clientNonce) =>
            _authenticator.AuthenticateStream(header, Text(_vector, "method"), new ReadOnlySequence<byte>(body), clientNonce, new byte[16]);

        public void Dispose()
        {
            _authenticator.Dispose();
            _tokenKeys.Dispose();
            _inForce.Dispose();
            _keys.Dispose();
        }

        private static PermissionRecord PermissionOf(JsonElement vector)
        {
            ulong Number(string name) => vector.GetProperty(name).GetUInt64();
            PartitionKey partitionKey = Text(vector, "partitionKey") is { Length: > 0 } key ? PartitionKey.Parse(key).Value : default;
            var target = new PermissionTarget(
                Text(vector, "mode") == "all" ? PermissionMode.All : PermissionMode.Read, ResourcePath.Parse(Text(vector, "resource")).Value, partitionKey);
            return new PermissionRecord(
                new PermissionId(Number("permission")), new UserId(Number("user")), new DatabaseId(Number("database")), "p",
                target, new ContainerId(Number("container")), default, new Sequence(Number("version")));
        }
    }

    /// <summary>Gives these bytes in turn, a piece a call.</summary>
    private sealed class FixedBytes(params byte[][] pieces) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> buffer) => pieces[_next++].CopyTo(buffer);
    }
}

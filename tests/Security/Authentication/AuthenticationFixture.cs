using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Testing;

namespace Nacre.Security.Tests.Authentication;

/// <summary>A server's authenticator and a client's signer, on one clock that the test moves.</summary>
internal abstract class AuthenticationFixture
{
    protected const string Method = "/nacre.v1.Items/Read";
    protected const string Audience = "localhost:8081";
    protected static readonly byte[] Body = "body"u8.ToArray();
    protected static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    protected FakeTimeProvider Time { get; private set; } = null!;

    protected AccountKeys Keys { get; private set; } = null!;

    protected AccountKeyDirectory InForce { get; private set; } = null!;

    protected HmacAuthenticator Server { get; private set; } = null!;

    protected RequestSigner Client { get; private set; } = null!;

    [SetUp]
    public void SetUpBoth()
    {
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Keys = AccountKeys.Draw(Time, new SeededRandom(1));
        InForce = new AccountKeyDirectory();
        InForce.Replace(Keys);
        Server = NewServer(new ReplayCacheOptions());
        Client = NewClient(AccountKeyKind.Primary);
        Time.Advance(TimeSpan.FromHours(1));
    }

    [TearDown]
    public void TearDownBoth()
    {
        Client.Dispose();
        Server.Dispose();
        InForce.Dispose();
        Keys.Dispose();
    }

    protected HmacAuthenticator NewServer(ReplayCacheOptions options) =>
        new(InForce, new AudienceNames(["localhost", "127.0.0.1", "::1"]), options, Time, new SeededRandom(2));

    protected RequestSigner NewClient(AccountKeyKind kind) => new(Keys[kind].Bytes, Time, new SeededRandom(3));

    protected Result<Principal> Authenticate(string? header) =>
        Server.Authenticate(header, Method, new ReadOnlySequence<byte>(Body));
}

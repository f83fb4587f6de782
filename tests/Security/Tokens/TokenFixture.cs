using System.Collections.Immutable;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tests.Authentication;
using Nacre.Security.Tokens;
using Nacre.Testing;

namespace Nacre.Security.Tests.Tokens;

/// <summary>A server that takes tokens, over a catalogue that the test changes.</summary>
internal abstract class TokenFixture : AuthenticationFixture
{
    protected FakeCatalog Catalog { get; private set; } = null!;

    protected TokenKeyDirectory TokenKeys { get; private set; } = null!;

    protected ResourceTokens Tokens { get; private set; } = null!;

    protected HmacAuthenticator TokenServer { get; private set; } = null!;

    [SetUp]
    public void SetUpTokens()
    {
        Catalog = new FakeCatalog();
        TokenKeys = new TokenKeyDirectory();
        TokenKeys.Replace([TokenKey.Draw(1, Time, new SeededRandom(11))]);
        Tokens = new ResourceTokens(TokenKeys, InForce, new CatalogRevocations(Catalog), Time, capacity: 64);
        TokenServer = new HmacAuthenticator(
            InForce, new AudienceNames(["localhost"]), new ReplayCacheOptions(), Time, new SeededRandom(12), Tokens);
    }

    [TearDown]
    public void TearDownTokens()
    {
        TokenServer.Dispose();
        TokenKeys.Dispose();
    }

    protected static PartitionKey Key(params string[] values) => new([.. values.Select(PartitionKeyValue.Of)]);

    /// <summary>A permission of user 5 in container 2 of database 1.</summary>
    protected static PermissionRecord Permission(
        PermissionMode mode = PermissionMode.All, string path = "dbs/d/colls/c", PartitionKey partitionKey = default, ulong id = 7, ulong version = 7) =>
        new(new PermissionId(id), new UserId(5), new DatabaseId(1), "p",
            new PermissionTarget(mode, ResourcePath.Parse(path).Value, partitionKey), new ContainerId(2), default, new Sequence(version));

    protected string Issue(PermissionRecord permission, AccountKeyKind issuer = AccountKeyKind.Primary, TimeSpan lifetime = default)
    {
        Catalog.Put(permission);
        return Tokens.Issue(permission, PrincipalOf(issuer), lifetime).Value.Text;
    }

    protected Principal PrincipalOf(AccountKeyKind kind) => InForce.Find(Keys[kind].Id)!.Principal;

    protected Result<Principal> Enter(string token)
    {
        using var signer = new RequestSigner(token, Time, new SeededRandom((ulong)Random.Shared.NextInt64()));
        return TokenServer.Authenticate(signer.Sign(Method, Audience, Body), Method, new System.Buffers.ReadOnlySequence<byte>(Body));
    }

    /// <summary>The catalogue's permissions alone.</summary>
    internal sealed class FakeCatalog : ICatalogReader
    {
        public Catalog Current { get; private set; } = Core.Control.Catalog.Empty with { Applied = new LogIndex(1) };

        public void Put(PermissionRecord permission) => Change(Current.Permissions.SetItem(permission.Id, permission));

        public void Remove(PermissionRecord permission) => Change(Current.Permissions.Remove(permission.Id));

        private void Change(ImmutableDictionary<PermissionId, PermissionRecord> permissions) =>
            Current = Current with { Applied = Current.Applied.Next, Permissions = permissions };
    }
}

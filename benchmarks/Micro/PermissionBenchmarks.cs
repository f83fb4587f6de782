using System.Buffers;
using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tokens;

namespace Nacre.Micro;

/// <summary>
/// What it costs to let a caller through: authentication and authorisation of a unary request of 1 KiB, and of one
/// operation of an authenticated stream, among 100,000 permissions.
/// </summary>
[MemoryDiagnoser]
public class PermissionBenchmarks : IDisposable
{
    private const int Requests = 20_000;
    private const int Permissions = 100_000;

    private static readonly AccessAction Reading = new(ResourceKind.Item, AccessMode.Read, Callers.Keys | Callers.Tokens);
    private static readonly AccessAction Writing = new(ResourceKind.Item, AccessMode.Write, Callers.ReadWriteKeys | Callers.Tokens);
    private static readonly ResourceScope Scope = new(new DatabaseId(1), new ContainerId(2));

    private readonly byte[] _body = new byte[1024];
    private readonly byte[] _itemKey = ItemKey.Encode(new PartitionKey(PartitionKeyValue.Of("tenant-1"), PartitionKeyValue.Of("user-1")), "item-1");
    private readonly AllPermissions _catalog = new(Permissions);
    private SigningAccount _account = null!;
    private TokenKeyDirectory _tokenKeys = null!;
    private ResourceTokens _tokens = null!;
    private Principal _owner = null!;
    private Principal _bearer = null!;
    private string[] _headers = [];

    /// <summary>Draws keys and makes permissions.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _account = new SigningAccount();
        _tokenKeys = new TokenKeyDirectory();
        _tokenKeys.Replace([TokenKey.Draw(1, TimeProvider.System, CryptographicRandom.Instance)]);
        NewServer();
        _owner = Enter(_account.SignerByKey());
        _bearer = Enter(TokenSigner(1));
    }

    /// <summary>Signs each request anew: one is accepted only once.</summary>
    [IterationSetup(Target = nameof(UnaryByAccountKey))]
    public void SignByAccountKey() => Sign(_account.SignerByKey());

    /// <summary>As <see cref="SignByAccountKey"/>, with one token.</summary>
    [IterationSetup(Target = nameof(UnaryByToken))]
    public void SignByToken() => Sign(TokenSigner(1));

    /// <summary>As <see cref="SignByAccountKey"/>, with a token of its own for each request.</summary>
    [IterationSetup(Target = nameof(UnaryByTokenNotSeenBefore))]
    public void SignByManyTokens()
    {
        NewServer();
        _headers = [.. Enumerable.Range(1, Requests).Select(i =>
        {
            using RequestSigner signer = TokenSigner((ulong)i);
            return SigningAccount.Sign(signer, _body);
        })];
    }

    /// <summary>Clears the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _account?.Dispose();
        _tokenKeys?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Signature, audience, replay, and the permission check.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void UnaryByAccountKey() => LetAllThrough();

    /// <summary>The same by a token for a partition key, and whether it is in force.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void UnaryByToken() => LetAllThrough();

    /// <summary>The same, where each token is new to the node and its secret has to be derived.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void UnaryByTokenNotSeenBefore() => LetAllThrough();

    /// <summary>An operation of a stream that an account key opened.</summary>
    [Benchmark]
    public bool OperationByAccountKey() => Check(_owner, Writing);

    /// <summary>An operation of a stream that a token opened.</summary>
    [Benchmark]
    public bool OperationByToken() => Check(_bearer, Writing);

    /// <summary>The same right after something in the catalogue has changed.</summary>
    [Benchmark]
    public bool OperationByTokenAfterAChange()
    {
        _catalog.Change();
        return Check(_bearer, Writing);
    }

    /// <summary>A write under an idempotency key: the client id is the user's own.</summary>
    [Benchmark]
    public ClientId WriteByToken() => Check(_bearer, Writing) ? _bearer.Own(new ClientId(42)) : throw new InvalidOperationException("refused");

    private bool Check(Principal caller, AccessAction action) =>
        PermissionChecker.Check(caller, action, Scope) is null && PermissionChecker.CheckItem(caller, _itemKey) is null
            ? true
            : throw new InvalidOperationException("An operation was refused.");

    private void LetAllThrough()
    {
        var body = new ReadOnlySequence<byte>(_body);
        foreach (string header in _headers)
        {
            Check(_account.Server.Authenticate(header, SigningAccount.Method, body).Value, Reading);
        }
    }

    private Principal Enter(RequestSigner signer)
    {
        using (signer)
        {
            string header = SigningAccount.Sign(signer, _body);
            return _account.Server.Authenticate(header, SigningAccount.Method, new ReadOnlySequence<byte>(_body)).Value;
        }
    }

    private void Sign(RequestSigner signer)
    {
        using (signer)
        {
            NewServer();
            _headers = [.. Enumerable.Range(0, Requests).Select(_ => SigningAccount.Sign(signer, _body))];
        }
    }

    private RequestSigner TokenSigner(ulong permission)
    {
        var issuer = new Principal(PrincipalKind.AccountReadWrite, "issuer", _account.Keys[AccountKeyKind.Primary].Id, ResourceScope.Account);
        IssuedToken token = _tokens.Issue(_catalog.Current.Permissions[new PermissionId(permission)], issuer, TimeSpan.Zero).Value;
        return new RequestSigner(token.Text, TimeProvider.System, CryptographicRandom.Instance);
    }

    private void NewServer()
    {
        _tokens = new ResourceTokens(_tokenKeys, _account.Directory, new CatalogRevocations(_catalog), TimeProvider.System);
        _account.RenewServer(_tokens);
    }

    private sealed class AllPermissions : ICatalogReader
    {
        public AllPermissions(int count)
        {
            var target = new PermissionTarget(
                PermissionMode.All, ResourcePath.Parse("dbs/d/colls/c").Value, new PartitionKey(PartitionKeyValue.Of("tenant-1")));
            Current = Catalog.Empty with
            {
                Applied = new LogIndex(1),
                Permissions = Enumerable.Range(1, count).ToImmutableDictionary(
                    i => new PermissionId((ulong)i),
                    i => new PermissionRecord(
                        new PermissionId((ulong)i), new UserId((ulong)i), new DatabaseId(1), "p", target, new ContainerId(2), default, new Sequence((ulong)i))),
            };
        }

        public Catalog Current { get; private set; }

        public void Change() => Current = Current with { Applied = Current.Applied.Next };
    }
}

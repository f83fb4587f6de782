using System.Buffers;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Protocol.V1;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tokens;
using Nacre.Server.Administration;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Peers;
using Nacre.Server.Pipeline;
using Nacre.Server.Queries;
using Nacre.Server.Queries.Planning;
using Nacre.Server.Routing;
using Nacre.Server.Streaming;
using Nacre.Server.Telemetry;
using Nacre.Server.Wire;
using Nacre.Testing;
using AccountKeyKind = Nacre.Core.Control.AccountKeyKind;
using PartitionKey = Nacre.Core.Documents.PartitionKey;
using PartitionKeyValue = Nacre.Core.Documents.PartitionKeyValue;
using PermissionMode = Nacre.Core.Control.PermissionMode;

namespace Nacre.Server.Tests.Support;

/// <summary>
/// The pipeline over a catalogue and over shards that count what they are asked, without sockets and without other
/// threads: containers <c>db/items</c>, <c>db/hidden</c> and <c>other/items</c>.
/// </summary>
internal sealed class InProcessNode : IDisposable
{
    private const string Audience = "localhost:8081";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly LastDrawn _random = new();
    private readonly AccountKeys _keys;
    private readonly AccountKeyDirectory _inForce = new();
    private readonly TokenKeyDirectory _tokenKeys = new();
    private readonly ResourceTokens _tokens;
    private readonly HmacAuthenticator _authenticator;
    private readonly RequestPipeline _pipeline;
    private readonly FixedCatalog _catalog;
    private readonly FakeShard[] _shards;

    public InProcessNode()
    {
        _keys = AccountKeys.Draw(_time, _random);
        _inForce.Replace(_keys);
        _tokenKeys.Replace([TokenKey.Draw(1, _time, _random)]);
        _shards = [new FakeShard(_time), new FakeShard(_time), new FakeShard(_time)];
        (string Database, string Container, ContainerRoute Route)[] routes =
            [("db", "items", Route(1, 1, _shards[0])), ("db", "hidden", Route(1, 2, _shards[1])), ("other", "items", Route(2, 3, _shards[2]))];
        _catalog = new FixedCatalog(routes);
        _tokens = new ResourceTokens(_tokenKeys, _inForce, new CatalogRevocations(_catalog), _time);
        _authenticator = new HmacAuthenticator(
            _inForce, new AudienceNames(["localhost"]), new ReplayCacheOptions { CapacityRequests = 1_000_000 }, _time, _random, _tokens);
        _time.Advance(TimeSpan.FromHours(1));
        Owner = new RequestSigner(Convert.FromBase64String(_keys[AccountKeyKind.Primary].Reveal()), _time, _random);
        var services = new NodeServices
        {
            Admission = new Admission(1_000, 1 << 30, TimeSpan.FromMilliseconds(100)),
            Metrics = new ServerMetrics(),
            Routes = new FixedRoutes(new RouteTable(routes)),
            Random = _random,
            StreamOperations = 100,
            Draining = default,
            Consistency = new ConsistencyRules(_catalog, new SessionTokens(TokenSeal.ForSessions(new TestDataKeys()))),
            Lister = new ItemLister(TokenSeal.ForContinuations(new TestDataKeys())),
            Queries = new QueryRunner(TokenSeal.ForContinuations(new TestDataKeys()), new IndexPlanner(), new QueryServing(), _time, _random),

            // Only the catalogue: whatever changes it or gives keys out is never reached by a bearer.
            Control = new ControlServices
            {
                Catalog = _catalog,
                Coordinator = null!,
                AccountKeys = null!,
                TokenKeys = null!,
                Tokens = _tokens,
                EncryptionKeys = null!,
                Cluster = null!,
                Seal = null!,
                Nodes = new NodesOfCatalog(_catalog),
                Time = _time,
            },
        };
        _pipeline = new RequestPipeline(_authenticator, services, NullLogger.Instance);
    }

    /// <summary>The holder of an account key.</summary>
    public RequestSigner Owner { get; }

    /// <summary>How often any shard was asked anything.</summary>
    public int Touches => _shards.Sum(shard => shard.Touches);

    /// <summary>A bearer of a token for something in <c>db/items</c>.</summary>
    /// <param name="number">Tells permissions apart.</param>
    /// <param name="resource">What the permission is for.</param>
    /// <param name="partitionKey">Its partition key.</param>
    public RequestSigner Bearer(ulong number, string resource, string partitionKey)
    {
        var permission = new PermissionRecord(
            new PermissionId(number), new UserId(5), new DatabaseId(1), "p",
            new PermissionTarget(PermissionMode.All, ResourcePath.Parse(resource).Value, new PartitionKey(PartitionKeyValue.Of(partitionKey))),
            new ContainerId(1), default, new Sequence(number));
        _catalog.Put(permission);
        var issuer = new Principal(PrincipalKind.AccountReadWrite, "account key Primary", _keys[AccountKeyKind.Primary].Id, ResourceScope.Account);
        return new RequestSigner(_tokens.Issue(permission, issuer, default).Value.Text, _time, _random);
    }

    /// <summary>Makes a unary call ready, signed; it runs when it is told to, on the thread that tells it.</summary>
    public PreparedCall Prepare<TRequest, TResponse>(RequestSigner caller, UnaryCommand<TRequest, TResponse> command, TRequest message)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        byte[] body = message.ToByteArray();
        var context = new InProcessContext(caller.Sign(command.FullName, Audience, body), _time);
        var request = new SignedRequest<TRequest>(new ReadOnlySequence<byte>(body), new MessageParser<TRequest>(static () => new TRequest()));
        return new PreparedCall(
            () => _pipeline.ServeAsync(command, request, context),
            () => context.ResponseTrailers.Get(ErrorTrailer.Key) is { } trailer ? ErrorDetail.Parser.ParseFrom(trailer.ValueBytes) : null);
    }

    /// <summary>Makes a stream with one operation ready.</summary>
    public PreparedCall PrepareStream(RequestSigner caller, OperationBatch batch)
    {
        byte[] nonce = new byte[StreamSession.NonceBytes];
        _random.Fill(nonce);
        var opening = new StreamRequest { Open = new StreamOpen { ClientNonce = ByteString.CopyFrom(nonce) } };
        var context = new InProcessContext(caller.Sign(StreamCommand.Row.FullName, Audience, opening.ToByteArray()), _time);
        var stream = new OneBatchStream(caller, opening, batch, () => _random.Last);
        return new PreparedCall(
            () => _pipeline.ServeStreamAsync(stream, stream, context),
            () => OutcomeBatch.Parser.ParseFrom(stream.Outcomes).Outcomes.Single().Error);
    }

    public void Dispose()
    {
        _authenticator.Dispose();
        _tokenKeys.Dispose();
        _inForce.Dispose();
        _keys.Dispose();
    }

    private static ContainerRoute Route(ulong database, ulong container, IDataShard shard) => new(
        new DatabaseId(database), new ContainerId(container), PartitionKeyDefinition.Create(["/pk"]).Value,
        [new RangeRoute(new RangeId(container), new RangeGeneration(1), HashInterval.Whole, shard)]);

    /// <summary>A catalogue of the routes' containers, and of the permissions that are put in.</summary>
    private sealed class FixedCatalog : ICatalogReader
    {
        public FixedCatalog((string Database, string Container, ContainerRoute Route)[] routes) => Current = Catalog.Empty with
        {
            Applied = new LogIndex(1),
            Databases = [.. routes.GroupBy(route => route.Database, StringComparer.Ordinal).OrderBy(database => database.Key, StringComparer.Ordinal).Select(database => new DatabaseRecord(
                database.First().Route.Scope.Database, database.Key, KeyDomainId.Shared, ResourceState.Ready, default, new Sequence(1),
                [.. database.OrderBy(route => route.Container, StringComparer.Ordinal).Select(route => new ContainerRecord(
                    route.Route.Id, route.Route.Scope.Database, route.Container, route.Route.PartitionKey, ResourceState.Ready, [], default, new Sequence(1)))]))],
        };

        public Catalog Current { get; private set; }

        public void Put(PermissionRecord permission) => Current = Current with
        {
            Applied = Current.Applied.Next,
            Permissions = Current.Permissions.SetItem(permission.Id, permission),
        };
    }

    /// <summary>Chance that tells what it gave last.</summary>
    private sealed class LastDrawn : IRandomSource
    {
        private readonly SeededRandom _random = new(1);

        public byte[] Last { get; private set; } = [];

        public void Fill(Span<byte> buffer)
        {
            _random.Fill(buffer);
            Last = buffer.ToArray();
        }
    }
}

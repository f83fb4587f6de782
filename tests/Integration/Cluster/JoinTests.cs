using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Security.Certificates;
using Nacre.Server.DataFolder;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Server.Tests.Support;
using JoinToken = Nacre.Security.Tokens.JoinToken;
using NodeState = Nacre.Protocol.V1.NodeState;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>Nodes that join a cluster over its API, with root keys of their own, and share its keys.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class JoinTests
{
    private const string OtherRootKey = "NACRE_TEST_ROOT_KEY_OF_ANOTHER_NODE";

    private readonly List<TestNode> _nodes = [];
    private readonly List<string> _folders = [];

    static JoinTests() => Environment.SetEnvironmentVariable(OtherRootKey, Convert.ToBase64String([.. Enumerable.Repeat((byte)0x77, 32)]));

    [SetUp]
    public async Task Found() => _nodes.Add(await TestNode.StartAsync(change: options => options with { NodeListen = "127.0.0.1:0" }));

    [TearDown]
    public async Task TearDown()
    {
        foreach (TestNode node in Enumerable.Reverse(_nodes))
        {
            await node.DisposeAsync();
        }

        foreach (string folder in _folders.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        _nodes.Clear();
        _folders.Clear();
    }

    [Test]
    public async Task Join_WithAToken_ServesUnderItsOwnRootKeyByTheClustersAccountKeys(CancellationToken cancellationToken)
    {
        Joining joining = NewJoining(await TokenAsync());
        JoinedNode joined = Ok(await joining.RunAsync(cancellationToken));
        Assert.That(joined.Node.Value, Is.EqualTo(2));
        TestNode second = await StartAsync(joining);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.Connection.AccountKey, Is.EqualTo(Founder.Connection.AccountKey), "opened under the cluster's data keys");
            Assert.That((await second.Client.CallAsync(ApiMethods.GetAccount, new GetAccountRequest())).ClusterId, Is.EqualTo((await Founder.Client.CallAsync(ApiMethods.GetAccount, new GetAccountRequest())).ClusterId));
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(joining.Folder, "tls", "ca.pem"), cancellationToken), Is.EqualTo(await File.ReadAllBytesAsync(Founder.Connection.CaCertificate!, cancellationToken)));
        }

        Node[] listed = [.. (await second.Client.CallAsync(List, new ListNodesRequest())).Nodes];
        Assert.That(listed.Select(node => (node.Id, node.State, node.Kind, node.PeerEndpoint, node.ClientEndpoint)), Is.EqualTo(new[]
        {
            (1u, NodeState.Active, NodeKind.Voter, Founder.Node.NodeAddress!, $"https://{Founder.Audience}"),
            (2u, NodeState.Active, NodeKind.Voter, joining.NodeAddress, $"https://{joining.ClientAddress}"),
        }));
    }

    [Test]
    public async Task Rotate_OnTheLeader_ReachesTheOthersBeforeWhatIsSealedUnderIt(CancellationToken cancellationToken)
    {
        Joining joining = NewJoining(await TokenAsync());
        Ok(await joining.RunAsync(cancellationToken));
        TestNode second = await StartAsync(joining);

        Assert.That(
            (await second.Client.CodeOfAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Data })),
            Is.EqualTo(ErrorCode.NotLeader));
        Assert.That(
            (await Founder.Client.CodeOfAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Data, Reencrypt = true })),
            Is.EqualTo(ErrorCode.Unsupported));
        await Founder.Client.CallAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Domain });
        RegenerateKeyResponse drawn = await Founder.Client.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.Secondary });

        await UntilAsync(async () => await second.NewClient(drawn.Key).CodeOfAsync(ApiMethods.GetAccount, new GetAccountRequest()) == ErrorCode.None, cancellationToken);
        EncryptionKeyStatus first = await Founder.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest());
        EncryptionKeyStatus other = await second.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest());
        Assert.That(other.DataKeys.Select(key => (key.Id, key.Domain, key.State)), Is.EqualTo(first.DataKeys.Select(key => (key.Id, key.Domain, key.State))));
        Assert.That(other.RootKeyId, Is.Not.EqualTo(first.RootKeyId));
    }

    [Test]
    public async Task Start_AfterARotationThatItMissed_HasTheNewKeys(CancellationToken cancellationToken)
    {
        Joining joining = NewJoining(await TokenAsync()) with { Learner = true };
        Ok(await joining.RunAsync(cancellationToken));
        TestNode second = await StartAsync(joining);
        _nodes.Remove(second);
        await second.Node.StopAsync(cancellationToken);
        await second.Node.DisposeAsync();

        await Founder.Client.CallAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Data });
        RegenerateKeyResponse drawn = await Founder.Client.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.PrimaryReadOnly });
        second = await StartAsync(joining);

        Assert.That(second.Connection.ReadOnlyKey, Is.EqualTo(drawn.Key));
    }

    [Test]
    public async Task Verify_OfFoldersOfACluster_FindsNoDamage(CancellationToken cancellationToken)
    {
        Joining joining = NewJoining(await TokenAsync());
        Ok(await joining.RunAsync(cancellationToken));
        var options = new NodeOptions { Data = joining.Folder, RootKey = joining.RootKey };
        FolderVerification fresh = Ok(await FolderVerifier.VerifyAsync(options, new NodeEnvironment(), progress: null, cancellationToken));
        TestNode second = await StartAsync(joining);
        await Founder.Client.CallAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Data });
        foreach (TestNode node in new[] { second, Founder })
        {
            await node.Node.StopAsync(cancellationToken);
            await node.Node.DisposeAsync();
        }

        FolderVerification used = Ok(await FolderVerifier.VerifyAsync(options, new NodeEnvironment(), progress: null, cancellationToken));
        await File.WriteAllTextAsync(Path.Combine(joining.Folder, "peers"), "[{}]", cancellationToken);
        FolderVerification damaged = Ok(await FolderVerifier.VerifyAsync(options, new NodeEnvironment(), progress: null, cancellationToken));

        Assert.That(fresh.Findings.Single().What, Does.Contain("not started yet"));
        Assert.That(used.Findings.Where(finding => finding.IsDamage).Select(finding => finding.ToString()), Is.Empty);
        Assert.That(used.State, Is.EqualTo(Server.DataFolder.NodeState.Clean));
        Assert.That(damaged.Findings.Single(finding => finding.IsDamage).File, Does.EndWith("peers"));
    }

    [TestCase("0.0.0.0:0", "127.0.0.1:0")]
    [TestCase("127.0.0.1:0", "0.0.0.0:0")]
    public async Task Start_ListeningEverywhereWithoutAnAddress_SaysWhatToGive(string nodeListen, string listen)
    {
        string folder = TestNode.NewFolder();
        _folders.Add(folder);

        Result<NacreNode> started = await NacreNode.StartAsync(
            TestNode.OptionsFor(folder) with { NodeListen = nodeListen, Listen = listen }, new NodeEnvironment(), default);

        Assert.That(started.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(started.Error?.Message, Does.Contain("--node-address").And.Contain("--address"));
    }

    [Test]
    public async Task Join_WithoutAGoodToken_IsRefusedAndLeavesNoFolder(CancellationToken cancellationToken)
    {
        string token = await TokenAsync();
        string[] parts = token.Split('.');
        string wrongSecret = string.Join('.', parts[0], parts[1], parts[3], parts[3]);
        string otherCluster = string.Join('.', parts[0], parts[1], parts[2], parts[2]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await NewJoining("nonsense").RunAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
            Assert.That((await NewJoining(wrongSecret).RunAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
            Assert.That((await NewJoining(otherCluster).RunAsync(cancellationToken)).Error?.Message, Does.Contain("not of the cluster"));
            Assert.That((await NewJoining(token, rootKey: "env:NACRE_TEST_NO_SUCH_KEY").RunAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.RootKeyUnavailable));
        }

        Joining good = NewJoining(token);
        Ok(await good.RunAsync(cancellationToken));
        Assert.That((await good.RunAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.AlreadyExists), "the folder");
        Joining again = NewJoining(token);
        Assert.That((await again.RunAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.Forbidden), "a used token, with another key");
        Assert.That(Directory.GetDirectories(again.Folder), Is.Empty);
    }

    [Test]
    public async Task Join_ThroughANodeThatIsGone_GoesOnToTheNext(CancellationToken cancellationToken)
    {
        Joining joining = NewJoining(await TokenAsync());
        joining = joining with { Servers = [new Uri($"https://127.0.0.1:{FreePort()}"), joining.Server] };

        Assert.That(Ok(await joining.RunAsync(cancellationToken)).Node.Value, Is.EqualTo(2));
    }

    [Test]
    public async Task Join_AskedAgainWithTheSameKey_GivesTheSameNode(CancellationToken cancellationToken)
    {
        using JoinToken token = Ok(JoinToken.Parse(await TokenAsync()));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        JoinRequest request = RequestOf(token, key);

        JoinResponse first = await Founder.Client.CallAsync(Join, request);
        JoinResponse again = await Founder.Client.CallAsync(Join, request);
        using var certificate = X509CertificateLoader.LoadCertificate(again.Certificate.Span);

        Assert.That((first.Node, again.Node), Is.EqualTo((2u, 2u)));
        Assert.That(certificate.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
        Assert.That((await Founder.Client.CallAsync(List, new ListNodesRequest())).Nodes, Has.Count.EqualTo(2));
        Assert.That(await Founder.Client.CodeOfAsync(Join, RequestOf(token, otherKey)), Is.EqualTo(ErrorCode.Forbidden));
        await Founder.Client.CallAsync(Change("Remove"), new ChangeNodeRequest { Node = 2 });
        Assert.That(await Founder.Client.CodeOfAsync(Join, request), Is.EqualTo(ErrorCode.Forbidden), "a removed node stays removed");
    }

    [Test]
    public async Task Join_WithATokenThatWasWithdrawn_IsRefused(CancellationToken cancellationToken)
    {
        CreateJoinTokenResponse token = await Founder.Client.CallAsync(CreateToken, new CreateJoinTokenRequest { LifetimeS = 60 });
        await Founder.Client.CallAsync(
            ItemMethods.Unary<WithdrawJoinTokenRequest, WithdrawJoinTokenResponse>("nacre.v1.Nodes", "WithdrawJoinToken"), new WithdrawJoinTokenRequest { Id = token.Id });

        Assert.That((await NewJoining(token.Token).RunAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Join_WhereTheNodePortIsNotReached_SaysWhichNodeToRemove(CancellationToken cancellationToken)
    {
        // The address in the catalogue is where nobody listens.
        await using TestNode lost = await TestNode.StartAsync(change: options => options with { NodeListen = "127.0.0.1:0", NodeAddress = $"127.0.0.1:{FreePort()}" });
        CreateJoinTokenResponse token = await lost.Client.CallAsync(CreateToken, new CreateJoinTokenRequest());
        Joining joining = NewJoining(token.Token, server: lost);

        NacreError? refused = (await joining.RunAsync(cancellationToken, new ImpatientClock())).Error;

        Assert.That(refused?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(refused!.Message, Does.Contain("nacre node remove 2"));
        Assert.That(Directory.GetDirectories(joining.Folder), Is.Empty);
    }

    [Test]
    public async Task Change_OfANode_IsShownAndRefusedWhereItMustNotBe(CancellationToken cancellationToken)
    {
        Joining joining = NewJoining(await TokenAsync());
        Ok(await joining.RunAsync(cancellationToken));

        Assert.That(await Founder.Client.CodeOfAsync(Change("Drain"), new ChangeNodeRequest { Node = 9 }), Is.EqualTo(ErrorCode.NotFound));
        Assert.That((await Founder.Client.CallAsync(Change("Drain"), new ChangeNodeRequest { Node = 2 })).State, Is.EqualTo(NodeState.Draining));
        Assert.That(await Founder.Client.CodeOfAsync(Change("Remove"), new ChangeNodeRequest { Node = 1 }), Is.EqualTo(ErrorCode.PreconditionFailed), "the last active one");
        Assert.That((await Founder.Client.CallAsync(Change("Resume"), new ChangeNodeRequest { Node = 2 })).State, Is.EqualTo(NodeState.Active));
        Assert.That((await Founder.Client.CallAsync(Change("Promote"), new ChangeNodeRequest { Node = 2 })).Kind, Is.EqualTo(NodeKind.Voter), "it is one already");
        Assert.That((await Founder.Client.CallAsync(Change("Remove"), new ChangeNodeRequest { Node = 2 })).State, Is.EqualTo(NodeState.Removed));
        Assert.That((await Founder.Client.CallAsync(Change("Remove"), new ChangeNodeRequest { Node = 2 })).State, Is.EqualTo(NodeState.Removed), "once more");
        Assert.That(await Founder.Client.CodeOfAsync(Change("Resume"), new ChangeNodeRequest { Node = 2 }), Is.EqualTo(ErrorCode.PreconditionFailed), "final");
    }

    private TestNode Founder => _nodes[0];

    private static Method<ListNodesRequest, ListNodesResponse> List { get; } = ItemMethods.Unary<ListNodesRequest, ListNodesResponse>("nacre.v1.Nodes", "List");

    private static Method<CreateJoinTokenRequest, CreateJoinTokenResponse> CreateToken { get; } =
        ItemMethods.Unary<CreateJoinTokenRequest, CreateJoinTokenResponse>("nacre.v1.Nodes", "CreateJoinToken");

    private static Method<JoinRequest, JoinResponse> Join { get; } = ItemMethods.Unary<JoinRequest, JoinResponse>("nacre.v1.Nodes", "Join");

    private static JoinRequest RequestOf(JoinToken token, ECDsa key)
    {
        byte[] id = new byte[JoinToken.IdBytes];
        BinaryPrimitives.WriteUInt128BigEndian(id, token.Id);
        return new JoinRequest
        {
            TokenId = ByteString.CopyFrom(id),
            TokenSecret = ByteString.CopyFrom(token.Secret),
            CertificateRequest = ByteString.CopyFrom(NodeCertificateRequest.Make(key)),
            PeerEndpoint = "127.0.0.1:9",
            ClientEndpoint = "https://127.0.0.1:9",
            Region = 1,
        };
    }

    private static Method<ChangeNodeRequest, Node> Change(string method) => ItemMethods.Unary<ChangeNodeRequest, Node>("nacre.v1.Nodes", method);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static T Ok<T>(Result<T> result)
    {
        Assert.That(result.Error, Is.Null);
        return result.Value;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<string> TokenAsync() => (await Founder.Client.CallAsync(CreateToken, new CreateJoinTokenRequest())).Token;

    private Joining NewJoining(string token, string rootKey = "env:" + OtherRootKey, TestNode? server = null)
    {
        string folder = TestNode.NewFolder();
        _folders.Add(folder);
        return new Joining((server ?? Founder).Node.Endpoint, token, folder, $"127.0.0.1:{FreePort()}", $"127.0.0.1:{FreePort()}", rootKey);
    }

    private async Task<TestNode> StartAsync(Joining joining)
    {
        TestNode node = await TestNode.StartAsync(joining.Folder, change: options => options with
        {
            RootKey = joining.RootKey, Listen = joining.ClientAddress, NodeListen = joining.NodeAddress,
        });
        _nodes.Add(node);
        return node;
    }

    /// <summary>A node about to join.</summary>
    private sealed record Joining(Uri Server, string Token, string Folder, string NodeAddress, string ClientAddress, string RootKey)
    {
        public bool Learner { get; init; }

        public IReadOnlyList<Uri>? Servers { get; init; }

        public Task<Result<JoinedNode>> RunAsync(CancellationToken cancellationToken, TimeProvider? time = null) => ClusterJoin.JoinAsync(
            new NodeOptions { Data = Folder, RootKey = RootKey },
            new JoinOptions { Servers = Servers ?? [Server], Token = Token, NodeAddress = NodeAddress, ClientAddress = ClientAddress, Learner = Learner },
            time is null ? new NodeEnvironment() : new NodeEnvironment { Time = time },
            cancellationToken);
    }

    /// <summary>A clock by which every wait is long over.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        private long _stamp;

        public override long GetTimestamp() => Interlocked.Add(ref _stamp, TimeSpan.FromMinutes(5).Ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}

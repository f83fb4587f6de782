using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Certificates;

namespace Nacre.Security.Tests.Certificates;

/// <summary>Who passes for a node of the cluster.</summary>
[TestFixture]
internal sealed class NodeVerifierTests
{
    private static readonly ClusterId Cluster = new(0xABC);
    private static readonly NodeIdentity Three = new(Cluster, new NodeId(3), new RegionId(1));

    private readonly HashSet<NodeId> _removed = [];
    private readonly HashSet<string> _revoked = [];
    private FakeTimeProvider _time = null!;
    private CertificateAuthority _authority = null!;
    private NodeVerifier _verifier = null!;

    [SetUp]
    public void SetUp()
    {
        _removed.Clear();
        _revoked.Clear();
        _time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _authority = CertificateAuthority.Make(Cluster, _time.GetUtcNow(), CryptographicRandom.Instance);
        _verifier = new NodeVerifier(Cluster, _authority.Certificate, new Removed(_removed, _revoked), _time);
    }

    [TearDown]
    public void TearDown() => _authority.Dispose();

    [TestCase(NodePeerRole.Dialling)]
    [TestCase(NodePeerRole.Listening)]
    public void Verify_NodeOfTheCluster_IsWhoItSays(NodePeerRole role)
    {
        Assert.That(_verifier.Verify(Node(Three), role).Value, Is.EqualTo(Three));
    }

    [Test]
    public void Verify_NoCertificate_IsRefused() => AssertRefused(null, ErrorCode.Unauthenticated, "no certificate");

    [Test]
    public void Verify_AnotherAuthority_IsRefused()
    {
        using CertificateAuthority stranger = CertificateAuthority.Make(Cluster, _time.GetUtcNow(), CryptographicRandom.Instance);

        AssertRefused(stranger.IssueNode(Three, _time.GetUtcNow(), CryptographicRandom.Instance).Leaf, ErrorCode.Unauthenticated, "authority");
    }

    [Test]
    public void Verify_AfterItsEnd_IsRefused()
    {
        X509Certificate2 node = Node(Three);
        _time.Advance(CertificateAuthority.LeafLifetime + TimeSpan.FromSeconds(1));

        AssertRefused(node, ErrorCode.Unauthenticated, "valid");
    }

    [Test]
    public void Verify_AnotherCluster_IsRefused() =>
        AssertRefused(Node(Three with { Cluster = new ClusterId(0xABD) }), ErrorCode.Unauthenticated, "cluster");

    [TestCase(NodePeerRole.Dialling)]
    [TestCase(NodePeerRole.Listening)]
    public void Verify_ServersCertificateForClients_IsRefused(NodePeerRole role)
    {
        X509Certificate2 server = _authority.IssueServer([Three.DnsName], _time.GetUtcNow(), CryptographicRandom.Instance).Leaf;

        Assert.That(_verifier.Verify(server, role).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Verify_TheAuthorityItself_IsRefused() => AssertRefused(_authority.Certificate, ErrorCode.Unauthenticated, "certificate");

    [Test]
    public void Verify_RemovedNode_IsForbidden()
    {
        X509Certificate2 node = Node(Three);
        _removed.Add(Three.Node);

        AssertRefused(node, ErrorCode.Forbidden, "removed");
    }

    [Test]
    public void Verify_RevokedCertificate_IsForbiddenAndItsSuccessorIsNot()
    {
        X509Certificate2 node = Node(Three);
        _revoked.Add(node.SerialNumber);

        AssertRefused(node, ErrorCode.Forbidden, "revoked");
        Assert.That(_verifier.Verify(Node(Three), NodePeerRole.Dialling).IsOk, Is.True);
    }

    [TestCase("nacre://00000000000000000000000000000abc/node/3?region=1", true)]
    [TestCase("nacre://00000000000000000000000000000ABC/node/3?region=1", false)]
    [TestCase("nacre://abc/node/3?region=1", false)]
    [TestCase("nacre://00000000000000000000000000000abc/node/03?region=1", false)]
    [TestCase("nacre://00000000000000000000000000000abc/node/0?region=1", false)]
    [TestCase("nacre://00000000000000000000000000000abc/node/3?region=0", false)]
    [TestCase("nacre://00000000000000000000000000000abc/node/3", false)]
    [TestCase("nacre://00000000000000000000000000000abc/node/3?region=1&region=2", false)]
    [TestCase("https://00000000000000000000000000000abc/node/3?region=1", false)]
    [TestCase("", false)]
    public void Parse_OneFormAlone_IsRead(string uri, bool isRead) =>
        Assert.That(NodeIdentity.Parse(uri), Is.EqualTo(isRead ? Three : (NodeIdentity?)null));

    private X509Certificate2 Node(NodeIdentity identity) => _authority.IssueNode(identity, _time.GetUtcNow(), CryptographicRandom.Instance).Leaf;

    private void AssertRefused(X509Certificate2? certificate, ErrorCode code, string reason)
    {
        Result<NodeIdentity> verified = _verifier.Verify(certificate, NodePeerRole.Dialling);

        Assert.That(verified.Error?.Code, Is.EqualTo(code));
        Assert.That(verified.Error!.Message, Does.Contain(reason));
    }

    private sealed class Removed(HashSet<NodeId> nodes, HashSet<string> serials) : IRemovedNodes
    {
        public bool IsRemoved(NodeId node) => nodes.Contains(node);

        public bool IsRevoked(string serialNumber) => serials.Contains(serialNumber);
    }
}

using Nacre.Core.Control;
using Nacre.Core.Errors;

namespace Nacre.Core.Tests.Control;

[TestFixture]
public sealed class NodeEndpointsTests
{
    [TestCase("a:1")]
    [TestCase("db-1.example.com:7601")]
    [TestCase("10.0.0.1:65535")]
    [TestCase("[fe80::1%eth0]:7601")]
    public void Check_OfHostAndPort_TakesIt(string endpoint)
    {
        Assert.That(NodeEndpoints.CheckPeer(endpoint), Is.Null);
        Assert.That(NodeEndpoints.CheckClient("https://" + endpoint), Is.Null);
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase(":1")]
    [TestCase("a:")]
    [TestCase("a:0")]
    [TestCase("a:01")]
    [TestCase("a:+1")]
    [TestCase("a:65536")]
    [TestCase("A:1")]
    [TestCase("fe80::1:7601")]
    [TestCase("[]:1")]
    [TestCase("a b:1")]
    [TestCase("a/b:1")]
    [TestCase("user@a:1")]
    public void Check_OfAnythingElse_IsMalformed(string endpoint)
    {
        Assert.That(NodeEndpoints.CheckPeer(endpoint)?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(NodeEndpoints.CheckClient("https://" + endpoint)?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [TestCase("a:1")]
    [TestCase("http://a:1")]
    [TestCase("https://a:1/")]
    public void CheckClient_WithoutTheSchemeOrWithAPath_IsMalformed(string endpoint) =>
        Assert.That(NodeEndpoints.CheckClient(endpoint)?.Code, Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Check_OfATooLongHost_IsMalformed() =>
        Assert.That(NodeEndpoints.CheckPeer(new string('a', NodeEndpoints.MaxLength) + ":1")?.Code, Is.EqualTo(ErrorCode.Malformed));
}

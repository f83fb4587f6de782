using System.Buffers;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Authentication;

[TestFixture]
internal sealed class StreamSessionTests : AuthenticationFixture
{
    private static readonly byte[] ClientNonce = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly byte[] ServerNonce = [.. Enumerable.Range(101, 16).Select(i => (byte)i)];
    private static readonly Principal Self = new(PrincipalKind.AccountReadWrite, "client", default, ResourceScope.Account);

    private StreamSession _server = null!;
    private StreamSession _client = null!;

    [SetUp]
    public void SetUp()
    {
        _server = Open(Client.Sign(Method, Audience, Body), ClientNonce).Expect();
        _client = Client.OpenStream(Self, ClientNonce, ServerNonce);
    }

    [TearDown]
    public void TearDown()
    {
        _server.Dispose();
        _client.Dispose();
    }

    [Test]
    public void Open_SignedFirstMessage_GivesBothSidesTheSameProof()
    {
        Assert.That(_client.Proof.ToArray(), Is.EqualTo(_server.Proof.ToArray()));
        Assert.That(_server.Principal.Kind, Is.EqualTo(PrincipalKind.AccountReadWrite));
    }

    [Test]
    public void Open_SameFirstMessageAgain_IsReplayed()
    {
        string header = Client.Sign(Method, Audience, Body);
        Open(header, ClientNonce).Expect().Dispose();

        Assert.That(Open(header, ClientNonce).Code(), Is.EqualTo(ErrorCode.Replayed));
    }

    [TestCase(0)]
    [TestCase(15)]
    [TestCase(17)]
    public void Open_NonceOfAnotherLength_IsMalformed(int length) =>
        Assert.That(Open(Client.Sign(Method, Audience, Body), new byte[length]).Code(), Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Open_AnotherNonceOnEitherSide_GivesAnotherProof()
    {
        using StreamSession other = Client.OpenStream(Self, ServerNonce, ClientNonce);

        Assert.That(other.Proof.ToArray(), Is.Not.EqualTo(_server.Proof.ToArray()));
    }

    [Test]
    public void Verify_BatchesInOrderBothWays_AreAccepted()
    {
        for (int i = 0; i < 100; i++)
        {
            byte[] payload = new byte[i];
            _server.Verify(payload, Mac(_client, payload)).Expect();
            _client.Verify(payload, Mac(_server, payload)).Expect();
        }
    }

    [Test]
    public void Verify_AnyByteChanged_IsRefusedForGood()
    {
        byte[] payload = "operations"u8.ToArray();
        byte[] mac = Mac(_client, payload);
        for (int at = 0; at < mac.Length + payload.Length; at++)
        {
            using StreamSession server = Open(Client.Sign(Method, Audience, Body), ClientNonce).Expect();
            byte[] changedMac = [.. mac];
            byte[] changedPayload = [.. payload];
            (at < mac.Length ? ref changedMac[at] : ref changedPayload[at - mac.Length]) ^= 0x01;

            Assert.That(server.Verify(changedPayload, changedMac).Code(), Is.EqualTo(ErrorCode.Unauthenticated), $"byte {at}");
            Assert.That(server.Verify(payload, mac).Code(), Is.EqualTo(ErrorCode.Unauthenticated), "nothing is accepted after a refusal");
        }
    }

    [TestCase(0)]
    [TestCase(16)]
    [TestCase(31)]
    [TestCase(33)]
    public void Verify_MacOfAnotherLength_IsRefused(int length)
    {
        byte[] mac = Mac(_client, Body);
        Array.Resize(ref mac, length);

        Assert.That(_server.Verify(Body, mac).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Verify_SameBatchTwice_IsRefused()
    {
        byte[] mac = Mac(_client, Body);
        _server.Verify(Body, mac).Expect();

        Assert.That(_server.Verify(Body, mac).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Verify_BatchLeftOut_IsRefused()
    {
        Mac(_client, Body);

        Assert.That(_server.Verify(Body, Mac(_client, Body)).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Verify_OwnBatchSentBack_IsRefused() =>
        Assert.That(_server.Verify(Body, Mac(_server, Body)).Code(), Is.EqualTo(ErrorCode.Unauthenticated));

    [Test]
    public void Verify_BatchOfAnotherStream_IsRefused()
    {
        using StreamSession other = Client.OpenStream(Self, ClientNonce, new byte[16]);

        Assert.That(_server.Verify(Body, Mac(other, Body)).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Verify_KeyWithdrawnMeanwhile_IsRefusedAtTheNextBatch()
    {
        _server.Verify(Body, Mac(_client, Body)).Expect();
        using AccountKeys regenerated = Keys.Regenerate(AccountKeyKind.Primary, Time, new SeededRandom(9));

        InForce.Replace(regenerated);

        Assert.That(_server.Verify(Body, Mac(_client, Body)).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    private static byte[] Mac(StreamSession sender, byte[] payload)
    {
        byte[] mac = new byte[32];
        sender.Sign(payload, mac);
        return mac;
    }

    private Result<StreamSession> Open(string header, byte[] clientNonce) =>
        Server.AuthenticateStream(header, Method, new ReadOnlySequence<byte>(Body), clientNonce, ServerNonce);
}

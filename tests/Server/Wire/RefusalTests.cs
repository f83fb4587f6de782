using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Options;
using Nacre.Server.Tests.Support;
using Nacre.Server.Wire;
using AccountKeyKind = Nacre.Core.Control.AccountKeyKind;
using RetryRule = Nacre.Core.Errors.RetryRule;

namespace Nacre.Server.Tests.Wire;

/// <summary>How calls fail: each with its code, its rule and its name in the log.</summary>
[TestFixture]
public sealed class RefusalTests
{
    private TestWire _wire = null!;
    private RawCall _raw = null!;

    private static IEnumerable<ErrorCode> Refusals => Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None);

    [OneTimeSetUp]
    public async Task Start()
    {
        _wire = await TestWire.StartAsync(new LimitOptions { Requests = 2 });
        _raw = _wire.NewRawCall();
    }

    [SetUp]
    public void Reset()
    {
        _wire.Shard.Refusal = null;
        _wire.Shard.Fault = null;
        _wire.Shard.Gate = null;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _raw.Dispose();
        await _wire.DisposeAsync();
    }

    [TestCaseSource(nameof(Refusals))]
    public async Task Call_RefusedBelowTheWire_TellsCodeRuleAndDelay(ErrorCode code)
    {
        _wire.Shard.Refusal = new NacreError(code, "Because: äöü %41 \"x\".") { RetryAfter = TimeSpan.FromMilliseconds(123) };

        RpcException refusal = (await Assert.ThrowsAsync<RpcException>(() => _wire.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "x"))))!;
        ErrorDetail detail = TestClient.DetailOf(refusal);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.StatusCode, Is.EqualTo(StatusMap.ToStatus(code)));
            Assert.That(refusal.Status.Detail, Is.EqualTo("Because: äöü %41 \"x\"."));
            Assert.That(detail.Code, Is.EqualTo((uint)code));
            Assert.That(detail.Message, Is.EqualTo("Because: äöü %41 \"x\"."));
            Assert.That((RetryRule)detail.Retry, Is.EqualTo(ErrorCodes.RetryOf(code)));
            Assert.That(detail.RetryAfterMs, Is.EqualTo(123));
            Assert.That(detail.ActivityId.Length, Is.EqualTo(16));
        }
    }

    [Test]
    public async Task Call_MessageThatIsNone_IsMalformed()
    {
        byte[] rubbish = [0xFF, 0xFF, 0xFF];

        RawCall.Answer answer = await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame(rubbish), Sign(ItemMethods.Read.FullName, rubbish));

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Call_UnknownMethod_IsUnsupported()
    {
        RawCall.Answer method = await _raw.PostAsync("/nacre.v1.Items/Nothing", RawCall.Frame([]), null);
        RawCall.Answer service = await _raw.PostAsync("/nacre.v1.Nothing/Read", RawCall.Frame([]), null);

        Assert.That(method.Code, Is.EqualTo(ErrorCode.Unsupported));
        Assert.That(service.Code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public async Task Call_CompressedMessage_IsUnsupported()
    {
        RawCall.Answer answer = await _raw.PostAsync(
            ItemMethods.Read.FullName, RawCall.Frame([1, 2, 3], flag: 1), null, ("grpc-encoding", "gzip"));

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public async Task Call_LengthBeyondTheLimit_IsTooLargeBeforeItIsRead()
    {
        byte[] claim = [0, 0x7F, 0xFF, 0xFF, 0xFF];

        RawCall.Answer answer = await _raw.PostAsync(ItemMethods.Read.FullName, claim, null);

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(_wire.Admission.Bytes, Is.Zero);
    }

    [TestCase(new byte[0])]
    [TestCase(new byte[] { 0, 0, 0 })]
    [TestCase(new byte[] { 0, 0, 0, 0, 9, 1, 2 })]
    [TestCase(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public async Task Call_BodyThatIsNotOneMessage_IsMalformed(byte[] body)
    {
        RawCall.Answer answer = await _raw.PostAsync(ItemMethods.Read.FullName, body, Sign(ItemMethods.Read.FullName, []));

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Call_TimeoutThatIsNone_IsMalformed()
    {
        RawCall.Answer answer = await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame([]), null, ("grpc-timeout", "soon"));

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Write_DeadlinePassedOnItsWay_IsOutcomeUnknown()
    {
        _wire.Shard.Gate = new TaskCompletionSource();
        byte[] write = ItemMethods.Write("""{"id":"1","pk":"x"}""").ToByteArray();

        RawCall.Answer answer = await _raw.PostAsync(
            ItemMethods.Upsert.FullName, RawCall.Frame(write), Sign(ItemMethods.Upsert.FullName, write), ("grpc-timeout", "20m"));

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        Assert.That(answer.Status, Is.EqualTo(StatusCode.Unknown));
    }

    [Test]
    public async Task Call_DeadlinePassedBeforeItBegan_IsDeadlineExceeded()
    {
        byte[] write = ItemMethods.Write("""{"id":"1","pk":"x"}""").ToByteArray();
        int proposals = _wire.Shard.Proposals;

        RawCall.Answer answer = await _raw.PostAsync(
            ItemMethods.Upsert.FullName, RawCall.Frame(write), Sign(ItemMethods.Upsert.FullName, write), ("grpc-timeout", "1n"));

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.DeadlineExceeded));
        Assert.That(_wire.Shard.Proposals, Is.EqualTo(proposals));
    }

    [Test]
    public async Task Call_MoreAtOnceThanIsTakenOn_IsOverloadedWithAHint()
    {
        _wire.Shard.Gate = new TaskCompletionSource();
        _wire.Shard.ForgetProposals();
        Task<ErrorCode> first = _wire.Client.CodeOfAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"1","pk":"x"}"""));
        Task<ErrorCode> second = _wire.Client.CodeOfAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"2","pk":"x"}"""));
        await _wire.Shard.WhenProposedAsync(2);

        RawCall.Answer third = await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame([]), null);
        _wire.Shard.Gate.SetResult();

        Assert.That(third.Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(third.Detail!.RetryAfterMs, Is.Positive);
        Assert.That(await first, Is.EqualTo(ErrorCode.None));
        Assert.That(await second, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Call_ThatMeetsABug_IsInternalAndTheServerGoesOn()
    {
        _wire.Shard.Fault = new InvalidOperationException("secret");

        RpcException refusal = (await Assert.ThrowsAsync<RpcException>(() => _wire.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "x"))))!;
        _wire.Shard.Fault = null;

        Assert.That(TestClient.DetailOf(refusal).Code, Is.EqualTo((uint)ErrorCode.Internal));
        Assert.That(refusal.ToString(), Does.Not.Contain("secret"));
        Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("none", "x")), Is.EqualTo(ErrorCode.NotFound));
    }

    [TestCase(StorageFaultKind.Corrupt, ErrorCode.Corrupt)]
    [TestCase(StorageFaultKind.Io, ErrorCode.StorageFailed)]
    public async Task Read_ThatMeetsAFault_SaysWhichAndNoPath(StorageFaultKind kind, ErrorCode expected)
    {
        _wire.Shard.Fault = new StorageFaultException(kind, "/data/file", "block 7", "bad");

        RpcException refusal = (await Assert.ThrowsAsync<RpcException>(() => _wire.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "x"))))!;

        Assert.That(TestClient.DetailOf(refusal).Code, Is.EqualTo((uint)expected));
        Assert.That(refusal.ToString(), Does.Not.Contain("/data"));    }

    [Test]
    public async Task Admission_AfterAnyRefusal_IsEmpty()
    {
        await Call_MessageThatIsNone_IsMalformed();
        await Call_CompressedMessage_IsUnsupported();
        await Call_UnknownMethod_IsUnsupported();

        Assert.That(_wire.Admission.Requests, Is.Zero);
        Assert.That(_wire.Admission.Bytes, Is.Zero);
    }

    private string Sign(string method, byte[] body)
    {
        using RequestSigner signer = _wire.Signer(AccountKeyKind.Primary);
        return signer.Sign(method, _wire.Audience, body);
    }
}

using Nacre.Client.Tests.Fakes;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

/// <summary>Repetition by the error's own rule.</summary>
[TestFixture]
public sealed class RetryTests
{
    private FakeServer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new CreateContainerRequest { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase(NacreErrorCode.Overloaded, RetryRule.Safe)]
    [TestCase(NacreErrorCode.Unavailable, RetryRule.Safe)]
    [TestCase(NacreErrorCode.NotLeader, RetryRule.AfterRedirect)]
    [TestCase(NacreErrorCode.OutcomeUnknown, RetryRule.OutcomeUnknown)]
    public async Task Operation_TransientRefusals_IsRepeated(NacreErrorCode code, RetryRule rule)
    {
        RefuseTimes(2, FakeState.Error(code, rule));
        await using NacreClient client = _server.Client();

        await client.GetContainer("world", "cities").UpsertItemAsync(new City("a", "AD", "1"));

        Assert.That(_server.State.Calls, Has.Count.EqualTo(3));
        Assert.That(_server.State.Executed, Is.EqualTo(1));
    }

    [Test]
    public async Task Operation_NeverRule_IsNotRepeated()
    {
        RefuseTimes(1, FakeState.Error(NacreErrorCode.Forbidden));
        await using NacreClient client = _server.Client();

        Assert.That(
            async () => await client.GetContainer("world", "cities").UpsertItemAsync(new City("a", "AD", "1")),
            Refused.With(NacreErrorCode.Forbidden));
        Assert.That(_server.State.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Operation_UnknownCode_FollowsTheRuleThatItCarries()
    {
        RefuseTimes(1, FakeState.Error((NacreErrorCode)499, RetryRule.Safe));
        await using NacreClient client = _server.Client();

        await client.GetAccountAsync();

        Assert.That(_server.State.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Operation_MaxRetriesZero_IsTriedOnce()
    {
        RefuseTimes(1, FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe, retryAfterMs: 7));
        await using NacreClient client = _server.Client(change: options => options with { MaxRetries = 0 });

        NacreException? error = await Assert.ThrowsAsync<NacreException>(() => client.GetAccountAsync());

        Assert.That(error!.Code, Is.EqualTo(NacreErrorCode.Overloaded));
        Assert.That(error.IsTransient, Is.True);
        Assert.That(error.RetryAfter, Is.EqualTo(TimeSpan.FromMilliseconds(7)));
        Assert.That(_server.State.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Operation_RefusedForEver_StopsAfterMaxRetries()
    {
        RefuseTimes(int.MaxValue, FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe));
        await using NacreClient client = _server.Client(change: options => options with { MaxRetries = 3 });

        Assert.That(() => client.GetAccountAsync(), Refused.With(NacreErrorCode.Overloaded));
        Assert.That(_server.State.Calls, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task Operation_HintBeyondTheDeadline_IsNotWaitedFor()
    {
        RefuseTimes(1, FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe, retryAfterMs: 60_000));
        await using NacreClient client = _server.Client(change: options => options with { Timeout = TimeSpan.FromSeconds(20) });

        Assert.That(() => client.GetAccountAsync(), Refused.With(NacreErrorCode.Overloaded));
        Assert.That(_server.State.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Operation_Hint_IsWaitedFor()
    {
        RefuseTimes(1, FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe, retryAfterMs: 150));
        await using NacreClient client = _server.Client();
        long before = TimeProvider.System.GetTimestamp();

        await client.GetAccountAsync();

        Assert.That(TimeProvider.System.GetElapsedTime(before), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(145)));
    }

    [Test]
    public async Task Rotation_OutcomeUnknown_IsNotRepeated()
    {
        RefuseTimes(1, FakeState.Error(NacreErrorCode.OutcomeUnknown, RetryRule.OutcomeUnknown));
        await using NacreClient client = _server.Client();

        Assert.That(() => client.Keys.RotateEncryptionKeysAsync(EncryptionKeyScope.Data), Refused.With(NacreErrorCode.OutcomeUnknown));
    }

    [Test]
    public async Task Write_UnknownThenRefusedBeforeTheItem_StaysUnknown()
    {
        int calls = 0;
        _server.State.Refuse = _ => calls++ == 0
            ? FakeState.Error(NacreErrorCode.OutcomeUnknown, RetryRule.OutcomeUnknown)
            : FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe);
        await using NacreClient client = _server.Client(change: options => options with { MaxRetries = 2 });

        Assert.That(
            async () => await client.GetContainer("world", "cities").UpsertItemAsync(new City("a", "AD", "1")),
            Refused.With(NacreErrorCode.OutcomeUnknown));
    }

    [Test]
    public async Task Write_NobodyListens_ConnectionFailed()
    {
        FakeServer gone = await FakeServer.StartAsync(_server.Authority);
        await using NacreClient client = gone.Client(change: options => options with { MaxRetries = 2 });
        await gone.DisposeAsync();

        NacreException? error = await Assert.ThrowsAsync<NacreException>(
            async () => await client.GetContainer("world", "cities").UpsertItemAsync(new City("a", "AD", "1")));

        Assert.That(error!.Code, Is.EqualTo(NacreErrorCode.ConnectionFailed), error.ToString());
        Assert.That(error.IsTransient, Is.True);
        Assert.That(error.ActivityId, Is.Null);
    }

    [Test]
    public async Task Pause_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        _server.State.Refuse = _ =>
        {
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(50));
            return FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe, retryAfterMs: 10_000);
        };
        await using NacreClient client = _server.Client();

        Assert.That(() => client.GetAccountAsync(cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private void RefuseTimes(int times, ErrorDetail refusal)
    {
        int left = times;
        _server.State.Refuse = _ => Interlocked.Decrement(ref left) >= 0 ? refusal : null;
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Replication.Leases;

namespace Nacre.Replication.Tests.Leases;

/// <summary>A lease lasts from before its question, and stands on a catalogue that is in force and names the node a member.</summary>
[TestFixture]
public sealed class AuthorisationLeaseTests
{
    private FakeTimeProvider _time = null!;
    private ControlDouble _control = null!;
    private MembersDouble _members = null!;
    private List<LogIndex> _awaited = null!;
    private TaskCompletionSource _inForce = null!;
    private AuthorisationLease _lease = null!;

    [SetUp]
    public void SetUp()
    {
        (_time, _control, _inForce) = (new FakeTimeProvider(), new ControlDouble(), new TaskCompletionSource());
        (_members, _awaited) = (new MembersDouble(), []);
        _members.Set(ClusterNodeState.Active);
        _lease = new AuthorisationLease(
            new NodeId(1), _members, _control, WhenInForceAsync, new LeaseOptions(), new Clock(_time), _time, NullLogger.Instance);
    }

    [TearDown]
    public async Task TearDownAsync() => await _lease.DisposeAsync();

    [Test]
    public async Task Lease_AnsweredLate_LastsFromTheQuestion()
    {
        _inForce.SetResult();
        Task started = _lease.StartAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_lease.Refusal?.Code, Is.EqualTo(ErrorCode.Unavailable));

        _control.Answer(new LogIndex(7));
        await started;

        Assert.That(_lease.Refusal, Is.Null);
        _time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.That(_lease.Refusal, Is.Null);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(_lease.Refusal?.Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public async Task Lease_CatalogueNotInForce_IsNotHeld()
    {
        Task started = _lease.StartAsync(CancellationToken.None);
        _control.Answer(new LogIndex(7));
        Assert.That(_lease.Refusal?.Code, Is.EqualTo(ErrorCode.Unavailable));

        _inForce.SetResult();
        await started;

        Assert.That(_lease.Refusal, Is.Null);
    }

    [Test]
    public async Task Lease_QuestionRefused_IsAskedForAgain()
    {
        _inForce.SetResult();
        Task started = _lease.StartAsync(CancellationToken.None);
        Task asked = _control.NextQuestion;
        _control.Answer(new NacreError(ErrorCode.Unavailable, "No leader."));
        Assert.That(_lease.Refusal, Is.Not.Null);

        while (!asked.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        _control.Answer(new LogIndex(7));
        await started;

        Assert.That(_lease.Refusal, Is.Null);
    }

    [TestCase(ClusterNodeState.Removed)]
    [TestCase(null)]
    public async Task Lease_NodeIsNoMember_IsNotHeldUntilItIs(ClusterNodeState? state)
    {
        _inForce.SetResult();
        _members.Set(state is { } known ? [known] : []);
        Task started = _lease.StartAsync(CancellationToken.None);
        Task asked = _control.NextQuestion;
        _control.Answer(new LogIndex(1));
        while (!asked.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        Assert.That(_lease.Refusal?.Code, Is.EqualTo(ErrorCode.Unavailable));

        _members.Set(ClusterNodeState.Active);
        _control.Answer(new LogIndex(1));
        await started;

        Assert.That(_lease.Refusal, Is.Null);
    }

    [Test]
    public async Task Lease_MadeAMemberByALaterEntry_WaitsForThat()
    {
        _inForce.SetResult();
        _members.Set(ClusterNodeState.Active);
        Task started = _lease.StartAsync(CancellationToken.None);

        _control.Answer(new LogIndex(1));
        await started;

        Assert.That(_awaited, Is.EqualTo(new[] { new LogIndex(1), _members.Current.Applied }));
    }

    [Test]
    public void Lease_NodeDecidesAlone_IsNotNeeded()
    {
        _control.IsAlone = true;

        Assert.That(_lease.Refusal, Is.Null);
    }

    private Task WhenInForceAsync(LogIndex index, CancellationToken cancellationToken)
    {
        _awaited.Add(index);
        return _inForce.Task.WaitAsync(cancellationToken);
    }

    private sealed class Clock(FakeTimeProvider time) : IBootClock
    {
        public TimeSpan Now => TimeSpan.FromTicks(time.GetTimestamp());
    }

    /// <summary>Answers when the test says so.</summary>
    private sealed class ControlDouble : ILeaseSource
    {
        private TaskCompletionSource<Result<LogIndex>> _answer = new();
        private TaskCompletionSource _asked = new();

        public bool IsAlone { get; set; }

        /// <summary>Ends when the question after this one is asked.</summary>
        public Task NextQuestion => (_asked = new TaskCompletionSource()).Task;

        public void Answer(Result<LogIndex> answer)
        {
            TaskCompletionSource<Result<LogIndex>> answered = _answer;
            _answer = new TaskCompletionSource<Result<LogIndex>>();
            answered.SetResult(answer);
        }

        public ValueTask<Result<LogIndex>> ReadIndexAsync(CancellationToken cancellationToken)
        {
            var answer = new ValueTask<Result<LogIndex>>(_answer.Task);
            _asked.TrySetResult();
            return answer;
        }
    }
}

using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Ids;
using Nacre.Replication.Membership;

namespace Nacre.Replication.Tests.Membership;

/// <summary>When a lead is offered to another node.</summary>
[TestFixture]
internal sealed class LeadOffersTests
{
    private static readonly ShardId One = new(1);
    private static readonly ShardId Two = new(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ReplicaKeeperOptions _options = new();
    private FakeTimeProvider _time = new();
    private LeadOffers _offers = null!;

    [SetUp]
    public void Lead()
    {
        _time = new FakeTimeProvider();
        _offers = new LeadOffers(_options, _time);
        _offers.Note(One, leads: true);
        _offers.Note(Two, leads: true);
    }

    [Test]
    public void IsDue_WithinTheTenure_OnlyForANodeThatDrains()
    {
        _time.Advance(_options.LeastTenure - Moment);
        Assert.That((_offers.IsDue(One, drains: false), _offers.IsDue(One, drains: true)), Is.EqualTo((false, true)));
        _time.Advance(Moment);
        Assert.That(_offers.IsDue(One, drains: false), Is.True);
    }

    [Test]
    public void IsDue_LeadLostAndWonBack_BeginsItsTenureAnew()
    {
        _time.Advance(_options.LeastTenure);
        _offers.Note(One, leads: false);
        _offers.Note(One, leads: true);
        Assert.That((_offers.IsDue(One, drains: false), _offers.IsDue(Two, drains: false)), Is.EqualTo((false, true)));
    }

    [Test]
    public void IsDue_AfterAnOfferOfAnyShard_WaitsForTheBalancesInterval()
    {
        _time.Advance(_options.LeastTenure);
        _offers.Begin();
        _offers.End(One, isTaken: true, drains: false);
        _time.Advance(_options.BalanceInterval - Moment);
        Assert.That(_offers.IsDue(Two, drains: false), Is.False);
        _time.Advance(Moment);
        Assert.That(_offers.IsDue(Two, drains: false), Is.True);
    }

    [Test]
    public void IsDue_OffersThatAreNotTaken_RestsTwiceAsLongAfterEachUpToTheLongest()
    {
        _time.Advance(_options.LeastTenure);
        TimeSpan expected = _options.RestAfterRefusedOffer;
        for (int refusal = 0; refusal < 10; refusal++)
        {
            _offers.End(One, isTaken: false, drains: false);
            _time.Advance(expected - Moment);
            Assert.That(_offers.IsDue(One, drains: true), Is.False, $"after {refusal + 1} refusals");
            _time.Advance(Moment);
            Assert.That(_offers.IsDue(One, drains: false), Is.True, $"after {refusal + 1} refusals");
            expected = expected * 2 < _options.LongestRest ? expected * 2 : _options.LongestRest;
        }

        _offers.End(One, isTaken: true, drains: false);
        _offers.End(One, isTaken: false, drains: false);
        _time.Advance(_options.RestAfterRefusedOffer);
        Assert.That(_offers.IsDue(One, drains: false), Is.True, "an offer that was taken ends the doubling");
    }

    [Test]
    public void IsDue_NodeThatDrains_NeverRestsLonger()
    {
        for (int refusal = 0; refusal < 5; refusal++)
        {
            _offers.End(One, isTaken: false, drains: true);
            _time.Advance(_options.RestAfterRefusedOffer);
            Assert.That(_offers.IsDue(One, drains: true), Is.True);
        }
    }
}

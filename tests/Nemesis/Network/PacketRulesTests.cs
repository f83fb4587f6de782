using System.Diagnostics;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>What becomes of packets under each rule.</summary>
[TestFixture]
internal sealed class PacketRulesTests
{
    private const int Packets = 10_000;

    private readonly LinkTable _links = new();

    [SetUp]
    public void Heal() => _links.Heal();

    [Test]
    public void Packet_WithoutARule_ArrivesAtOnce() => Assert.That(Rules().DueTimes(1, 2, 100, 5), Is.EqualTo(new[] { 5L }));

    [Test]
    public void Packet_OverACutDirection_IsLostAndTheOtherDirectionIsOpen()
    {
        _links[1, 2] = new LinkRule { IsCut = true };

        Assert.That(Rules().DueTimes(1, 2, 100, 5), Is.Empty);
        Assert.That(Rules().DueTimes(2, 1, 100, 5), Has.Count.EqualTo(1));
    }

    [Test]
    public void Part_IsCutInBothDirections_AndHealsWhole()
    {
        _links.Part([1], [2, 3]);
        Assert.That((_links[1, 2].IsCut, _links[3, 1].IsCut, _links[2, 3].IsCut), Is.EqualTo((true, true, false)));

        _links.Heal();
        Assert.That((_links[1, 2].IsCut, _links[3, 1].IsCut), Is.EqualTo((false, false)));
    }

    [Test]
    public void Change_OfAnyRule_IsTold()
    {
        Task changed = _links.Changed;
        _links[4, 5] = new LinkRule { Loss = 1 };

        Assert.That(changed.IsCompletedSuccessfully, Is.True);
        Assert.That(_links.Changed.IsCompleted, Is.False);
    }

    [Test]
    public void Loss_OfATenth_TakesAboutATenth()
    {
        _links[1, 2] = new LinkRule { Loss = 0.1 };
        PacketRules rules = Rules();

        int lost = Enumerable.Range(0, Packets).Count(at => rules.DueTimes(1, 2, 100, at).Count == 0);

        Assert.That(lost, Is.InRange(Packets / 12, Packets / 8));
    }

    [Test]
    public void Duplication_OfAFifth_DoublesAboutAFifth()
    {
        _links[1, 2] = new LinkRule { Duplication = 0.2 };
        PacketRules rules = Rules();

        int doubled = Enumerable.Range(0, Packets).Count(at => rules.DueTimes(1, 2, 100, at).Count == 2);

        Assert.That(doubled, Is.InRange(Packets / 6, Packets / 4));
    }

    [Test]
    public void Reordering_LetsLaterPacketsOvertake()
    {
        _links[1, 2] = new LinkRule { Reordering = 0.2 };
        PacketRules rules = Rules();

        long[] due = [.. Enumerable.Range(0, Packets).Select(at => rules.DueTimes(1, 2, 100, at).Single())];

        Assert.That(due.Zip(due.Skip(1)).Count(pair => pair.First > pair.Second), Is.Positive);
    }

    [Test]
    public void Delay_IsAddedToEach()
    {
        _links[1, 2] = new LinkRule { Delay = TimeSpan.FromMilliseconds(40) };

        Assert.That(Rules().DueTimes(1, 2, 100, 0).Single(), Is.EqualTo(Stopwatch.Frequency / 25));
    }

    [Test]
    public void Bandwidth_QueuesWhatComesFaster()
    {
        _links[1, 2] = new LinkRule { BytesPerSecond = 1000 };
        PacketRules rules = Rules();

        Assert.That(
            Enumerable.Range(0, 3).Select(_ => rules.DueTimes(1, 2, 500, 0).Single()),
            Is.EqualTo(new[] { Stopwatch.Frequency / 2, Stopwatch.Frequency, Stopwatch.Frequency * 3 / 2 }));
    }

    private PacketRules Rules() => new(_links, new SeededRandom(7));
}

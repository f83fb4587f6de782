using Nacre.Testing;
using Nacre.Testing.Histories;

namespace Nacre.Simulation.Tests.Histories;

/// <summary>What each consistency level allows and forbids, by known histories and random ones.</summary>
[TestFixture]
public sealed class ListCheckerTests
{
    private static readonly ListPromise Bounded = ListPromise.Bounded(maxVersions: 2, maxAge: 10);

    // One after the other: 1 until 1, 2 until 3, 3 until 5.
    private static readonly ListAppend[] Three = [Append(1, 0, 1), Append(2, 2, 3), Append(3, 4, 5)];

    [Test]
    public void Check_AllSeenAtOnce_HoldsAtEveryLevel() =>
        Only([ListPromise.Strong, Bounded, ListPromise.Session, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7, 1, 2, 3));

    [Test]
    public void Check_AnOlderWholePast_IsNotStrong() =>
        Only([Bounded, ListPromise.Session, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7, 1, 2, 3), Read(6, 7, 1) with { Session = 8 });

    [Test]
    public void Check_TooManyVersionsBehind_IsNotBounded() =>
        Only([ListPromise.Session, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7), Read(8, 9, 1, 2, 3) with { Session = 8 });

    [Test]
    public void Check_TooLongBehind_IsNotBounded() =>
        Only([ListPromise.Session, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(20, 21, 1, 2), Read(20, 21, 1, 2, 3) with { Session = 8 });

    [Test]
    public void Check_ASessionThatGoesBack_IsNoSession() =>
        Only([Bounded, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7, 1, 2, 3), Read(8, 9, 1, 2));

    [Test]
    public void Check_ASessionThatMissesItsOwnWrite_IsNoSession() =>
        Only([Bounded, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7, 1, 2) with { Session = 3 }, Read(6, 7, 1, 2, 3) with { Session = 8 });

    [Test]
    public void Check_AWriteThatNobodyEverSees_IsLost() =>
        Only([Bounded, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7, 1, 2) with { Session = 3 });

    [Test]
    public void Check_AHole_IsNoPrefix() =>
        Only([ListPromise.Eventual], Three, Read(6, 7, 1, 3), Read(6, 7, 1, 2, 3));

    [Test]
    public void Check_AppendsThatChangePlaces_AreNotStrong() =>
        Only([ListPromise.Session, ListPromise.ConsistentPrefix, ListPromise.Eventual], Three, Read(6, 7, 2, 1, 3));

    [TestCase(9L, TestName = "Check_AValueThatNobodyAppended_BreaksEveryLevel")]
    [TestCase(1L, TestName = "Check_AValueTwice_BreaksEveryLevel")]
    public void Check_WhatCannotBe_BreaksEveryLevel(long value) => Only([], Three, Read(6, 7, 1, 2, 3, value));

    [Test]
    public void Check_AValueBeforeItWasAsked_BreaksEveryLevel() => Only([], Three, Read(0, 1, 1, 2));

    [Test]
    public void Check_ARefusedAppendThatIsSeen_BreaksEveryLevel() =>
        Only([], [Append(1, 0, 1) with { Outcome = OperationOutcome.Refused }], Read(2, 3, 1));

    [Test]
    public void Check_AnUnknownAppend_MayComeLateOrNever()
    {
        ListAppend[] unknown = [Append(1, 0, 0) with { Outcome = OperationOutcome.Unknown }];

        Assert.That(Kind(ListPromise.Strong, unknown, Read(2, 3), Read(4, 5, 1)), Is.EqualTo(VerdictKind.Holds));
        Assert.That(Kind(ListPromise.Strong, unknown, Read(2, 3), Read(4, 5)), Is.EqualTo(VerdictKind.Holds));
        Assert.That(Kind(ListPromise.Strong, unknown, Read(2, 3, 1), Read(4, 5)), Is.EqualTo(VerdictKind.Broken));
    }

    [Test]
    public void Check_RandomHistories_StrongAgreesWithTheSearch()
    {
        var random = new SeededRandom(3);
        var found = new Dictionary<VerdictKind, int>();
        for (int round = 0; round < 4_000; round++)
        {
            ListAppend[] appends = [.. Enumerable.Range(1, 1 + random.Next(3)).Select(value => Any(random, value))];
            long[] order = [.. appends.OrderBy(a => a.Called + random.Next(4)).Select(a => a.Value)];
            ListRead[] reads = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Read(random.Next(8), 0, order[..random.Next(order.Length + 1)]))];
            reads = [.. reads.Select(read => read with { Returned = read.Called + random.Next(4) })];

            VerdictKind kind = ListChecker.Check(new ListHistory(appends, reads), ListPromise.Strong).Kind;

            Assert.That(kind, Is.EqualTo(Searched(appends, reads)), $"{string.Join('\n', (object[])appends)}\n{string.Join('\n', reads.Select(r => $"{r} {string.Join(',', r.Values)}"))}");
            found[kind] = found.GetValueOrDefault(kind) + 1;
        }

        Assert.That(found.Values, Has.Count.EqualTo(2).And.All.GreaterThan(500), "both verdicts were put to the test");
    }

    [Test]
    public void Bank_MoneyMadeOrLost_Breaks()
    {
        Assert.That(BankChecker.Check([[50, 50], [20, 80]], accounts: 2, total: 100).Kind, Is.EqualTo(VerdictKind.Holds));
        Assert.That(BankChecker.Check([[50, 50], [20, 50]], accounts: 2, total: 100).Kind, Is.EqualTo(VerdictKind.Broken));
        Assert.That(BankChecker.Check([[-10, 110]], accounts: 2, total: 100).Kind, Is.EqualTo(VerdictKind.Broken));
        Assert.That(BankChecker.Check([[100]], accounts: 2, total: 100).Kind, Is.EqualTo(VerdictKind.Broken));
    }

    private static VerdictKind Searched(ListAppend[] appends, ListRead[] reads) =>
        LinearizabilityChecker.Check(
            new ListModel(),
            [
                .. appends.Select(a => new Operation<long, string>((int)a.Value, a.Value, "", a.Outcome, a.Called, a.Returned)),
                .. reads.Select(r => new Operation<long, string>(99, 0, string.Join(',', r.Values), OperationOutcome.Answered, r.Called, r.Returned)),
            ]).Kind;

    private static void Only(ListPromise[] holding, ListAppend[] appends, params ListRead[] reads)
    {
        foreach (ListPromise promise in (ListPromise[])[ListPromise.Strong, Bounded, ListPromise.Session, ListPromise.ConsistentPrefix, ListPromise.Eventual])
        {
            Verdict verdict = ListChecker.Check(new ListHistory(appends, reads), promise);
            Assert.That(verdict.Kind == VerdictKind.Holds, Is.EqualTo(holding.Contains(promise)), $"{promise.Level}: {verdict.Reason}");
        }
    }

    private static VerdictKind Kind(ListPromise promise, ListAppend[] appends, params ListRead[] reads) =>
        ListChecker.Check(new ListHistory(appends, reads), promise).Kind;

    private static ListAppend Any(SeededRandom random, long value)
    {
        long called = random.Next(8);
        var outcome = (OperationOutcome)random.Next(3);
        return Append(value, called, called + random.Next(4)) with { Outcome = outcome };
    }

    // Each appends in a session of its own, which the reads of the tests may name.
    private static ListAppend Append(long value, long called, long returned) => new((int)value, called, returned, OperationOutcome.Answered, value);

    private static ListRead Read(long called, long returned, params long[] values) => new(100, called, returned, values);

    /// <summary>The list for the search: an input of 0 reads, another is appended.</summary>
    private sealed class ListModel : IModel<string, long, string>
    {
        public string Initial => "";

        public bool TryStep(string state, long input, string output, out string next)
        {
            next = Step(state, input);
            return input != 0 || output == state;
        }

        public string Step(string state, long input) => input == 0 ? state : state.Length == 0 ? $"{input}" : $"{state},{input}";
    }
}

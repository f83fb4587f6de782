using Nacre.Testing;
using Nacre.Testing.Histories;
using Op = Nacre.Testing.Histories.Operation<Nacre.Testing.Histories.RegisterInput, Nacre.Testing.Histories.RegisterOutput>;

namespace Nacre.Simulation.Tests.Histories;

/// <summary>The search for an order: known histories, and random ones against trying every order.</summary>
[TestFixture]
public sealed class LinearizabilityCheckerTests
{
    private static readonly RegisterModel Model = new();

    [Test]
    public void Check_ReadOfWhatWasWritten_Holds() =>
        Holds(Write(1, 7, 0, 1), Read(2, 7, 2, 3));

    [Test]
    public void Check_ReadBesideAWrite_MaySeeEither()
    {
        Holds(Write(1, 7, 0, 10), Read(2, 0, 1, 2), Read(3, 7, 3, 4));
        Breaks(Write(1, 7, 0, 10), Read(2, 7, 1, 2), Read(3, 0, 3, 4));
    }

    [Test]
    public void Check_StaleRead_Breaks() =>
        Breaks(Write(1, 7, 0, 1), Write(1, 8, 2, 3), Read(2, 7, 4, 5));

    [Test]
    public void Check_LostWrite_Breaks() =>
        Breaks(Write(1, 7, 0, 1), Read(2, 0, 2, 3));

    [Test]
    public void Check_TwoConditionalWritesThatBothWon_Breaks() =>
        Breaks(Write(1, 7, 0, 1), Cas(2, 7, 8, true, 2, 5), Cas(3, 7, 9, true, 2, 5));

    [Test]
    public void Check_ConditionalWriteThatLostWithoutCause_Breaks() =>
        Breaks(Write(1, 7, 0, 1), Cas(2, 7, 8, false, 2, 3));

    [Test]
    public void Check_UnknownWrite_MayComeLateOrNever()
    {
        Holds(Lost(1, 7, 0), Read(2, 0, 5, 6), Read(2, 7, 7, 8));
        Holds(Lost(1, 7, 0), Read(2, 0, 5, 6), Read(2, 0, 7, 8));
        Breaks(Lost(1, 7, 0), Read(2, 7, 5, 6), Read(2, 0, 7, 8));
    }

    [Test]
    public void Check_UnknownWriteSeenBeforeItWasAsked_Breaks() =>
        Breaks(Read(2, 7, 0, 1), Lost(1, 7, 2));

    [Test]
    public void Check_RefusedWriteThatIsSeen_Breaks() =>
        Breaks(Write(1, 7, 0, 1) with { Outcome = OperationOutcome.Refused }, Read(2, 7, 2, 3));

    [Test]
    public void Check_TooMuchAtOnce_IsUndecidedNotPassed()
    {
        Op[] history = [.. Enumerable.Range(1, 40).Select(i => Write(i, i, 0, 100)), Read(50, 99, 0, 100)];

        Assert.That(LinearizabilityChecker.Check(Model, history, maxSteps: 1_000).Kind, Is.EqualTo(VerdictKind.Undecided));
    }

    [Test]
    public void Check_RandomHistories_AgreesWithTryingEveryOrder()
    {
        var random = new SeededRandom(11);
        var found = new Dictionary<VerdictKind, int>();
        for (int round = 0; round < 4_000; round++)
        {
            Op[] history = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(i => Any(random, client: i))];

            VerdictKind kind = LinearizabilityChecker.Check(Model, history).Kind;

            Assert.That(kind == VerdictKind.Holds, Is.EqualTo(SomeOrderFits([.. history.Where(op => op.Outcome != OperationOutcome.Refused)], 0)), string.Join('\n', history));
            found[kind] = found.GetValueOrDefault(kind) + 1;
        }

        Assert.That(found.Values, Has.Count.EqualTo(2).And.All.GreaterThan(500), "both verdicts were put to the test");
    }

    [Test]
    public void Check_LongHistoryOfARealRegister_HoldsAndOneChangedReadBreaksIt()
    {
        // Each lost answer doubles what a search that fails has to try.
        Op[] history = RealHistory(new SeededRandom(5), clients: 6, count: 4_000, oneLostIn: 1_000);
        int read = Array.FindLastIndex(history, op => op.Input.Kind == RegisterOperation.Read && op.Outcome == OperationOutcome.Answered);
        Op[] changed = [.. history];
        changed[read] = changed[read] with { Output = new RegisterOutput(Value: -1) };

        Holds(history);
        Breaks(changed);
    }

    /// <summary>Each operation takes effect at a random moment between its call and its return.</summary>
    private static Op[] RealHistory(SeededRandom random, int clients, int count, int oneLostIn)
    {
        var asked = new List<(long Effect, Op Operation)>();
        long[] free = new long[clients];
        for (int i = 1; i <= count; i++)
        {
            int client = random.Next(clients);
            long called = free[client] + random.Next(5);
            long effect = called + random.Next(20);
            long returned = effect + random.Next(20);
            free[client] = returned + 1;
            OperationOutcome outcome = random.OneIn(oneLostIn) ? OperationOutcome.Unknown : OperationOutcome.Answered;
            RegisterInput input = random.Next(3) switch
            {
                0 => new RegisterInput(RegisterOperation.Read),
                1 => new RegisterInput(RegisterOperation.Write, i),
                _ => new RegisterInput(RegisterOperation.CompareAndSet, i, Math.Max(0, i - random.Next(10))),
            };
            asked.Add((effect, new Op(client, input, default, outcome, called, returned)));
        }

        long state = 0;
        var history = new List<Op>();
        foreach ((_, Op operation) in asked.OrderBy(a => a.Effect))
        {
            long before = state;
            state = Model.Step(state, operation.Input);
            history.Add(operation with
            {
                Output = new RegisterOutput(before, operation.Input.Kind != RegisterOperation.CompareAndSet || before == operation.Input.Expected),
            });
        }

        return [.. history];
    }

    private static Op Any(SeededRandom random, int client)
    {
        long called = random.Next(8);
        long returned = called + random.Next(5);
        var outcome = (OperationOutcome)random.Next(3);
        long value = random.Next(3);
        return random.Next(3) switch
        {
            0 => Read(client, value, called, returned),
            1 => Write(client, value, called, returned) with { Outcome = outcome },
            _ => Cas(client, random.Next(3), value, random.OneIn(2), called, returned) with { Outcome = outcome },
        };
    }

    /// <summary>The definition itself: every order that respects real time, with each unknown operation in or out.</summary>
    private static bool SomeOrderFits(Op[] left, long state)
    {
        if (left.All(op => op.Outcome == OperationOutcome.Unknown))
        {
            return true;
        }

        for (int i = 0; i < left.Length; i++)
        {
            Op first = left[i];
            if (left.Any(other => other.IsBefore(first)))
            {
                continue;
            }

            long next;
            if (first.Outcome == OperationOutcome.Unknown)
            {
                next = Model.Step(state, first.Input);
            }
            else if (!Model.TryStep(state, first.Input, first.Output, out next))
            {
                continue;
            }

            if (SomeOrderFits([.. left[..i], .. left[(i + 1)..]], next))
            {
                return true;
            }
        }

        return false;
    }

    private static void Holds(params Op[] history)
    {
        Verdict verdict = LinearizabilityChecker.Check(Model, history);
        Assert.That(verdict.Kind, Is.EqualTo(VerdictKind.Holds), verdict.Reason);
    }

    private static void Breaks(params Op[] history)
    {
        Verdict verdict = LinearizabilityChecker.Check(Model, history);
        Assert.That(verdict.Kind, Is.EqualTo(VerdictKind.Broken));
        Assert.That(verdict.Reason, Is.Not.Empty);
    }

    private static Op Read(int client, long value, long called, long returned) =>
        new(client, new RegisterInput(RegisterOperation.Read), new RegisterOutput(value), OperationOutcome.Answered, called, returned);

    private static Op Write(int client, long value, long called, long returned) =>
        new(client, new RegisterInput(RegisterOperation.Write, value), default, OperationOutcome.Answered, called, returned);

    private static Op Lost(int client, long value, long called) =>
        new(client, new RegisterInput(RegisterOperation.Write, value), default, OperationOutcome.Unknown, called, 0);

    private static Op Cas(int client, long expected, long value, bool done, long called, long returned) =>
        new(client, new RegisterInput(RegisterOperation.CompareAndSet, value, expected), new RegisterOutput(0, done), OperationOutcome.Answered, called, returned);
}

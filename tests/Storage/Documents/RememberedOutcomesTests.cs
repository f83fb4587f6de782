using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

[TestFixture]
public sealed class RememberedOutcomesTests
{
    private RememberedOutcomes _remembered = new();

    [SetUp]
    public void Forget() => _remembered = new RememberedOutcomes();

    [Test]
    public void TryBegin_SameRequest_GivesTheOutcomeAgain()
    {
        Assert.That(Do(Key(1, 1), Epoch).Code, Is.EqualTo(ErrorCode.None));
        CommandOutcome again = Do(Key(1, 1), Epoch.AddMinutes(1));

        Assert.That(again, Is.EqualTo(Came(1) with { Flags = CommandEffect.Created | CommandEffect.Repeated }));
        Assert.That(Do(Key(2, 1), Epoch).Flags, Is.EqualTo(CommandEffect.Created), "another client's request is another");
    }

    [Test]
    public void TryBegin_OtherRequestUnderTheSameKey_IsAMismatch()
    {
        Do(Key(1, 1), Epoch);

        Assert.That(Do(Key(1, 1) with { Hash = new RequestHash(9) }, Epoch).Code, Is.EqualTo(ErrorCode.IdempotencyMismatch));
    }

    [Test]
    public void TryBegin_UntilTenMinutes_RemembersAndThenRefuses()
    {
        Do(Key(1, 1), Epoch);
        Do(Key(1, 5), Epoch.AddMinutes(1));

        Assert.That(Do(Key(1, 1), Epoch + RememberedOutcomes.Keep - TimeSpan.FromTicks(1)).Flags, Is.EqualTo(CommandEffect.Created | CommandEffect.Repeated));
        Assert.That(Do(Key(1, 1), Epoch + RememberedOutcomes.Keep).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(Do(Key(1, 5), Epoch + RememberedOutcomes.Keep).Flags, Is.EqualTo(CommandEffect.Created | CommandEffect.Repeated));
        Assert.That(Do(Key(1, 2), Epoch + RememberedOutcomes.Keep).Code, Is.EqualTo(ErrorCode.None), "only 1 was forgotten");
        Assert.That(Do(Key(1, 4), Epoch.AddHours(1)).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(Do(Key(1, 6), Epoch.AddHours(1)).Code, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void TryBegin_AnsweredBelow_ForgetsAtOnce()
    {
        for (ulong sequence = 1; sequence <= 9; sequence++)
        {
            Do(Key(1, sequence), Epoch);
        }

        Do(Key(1, 10) with { AnsweredBelow = 8 }, Epoch);

        Assert.That(_remembered.Count, Is.EqualTo(3));
        Assert.That(Do(Key(1, 7), Epoch).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(Do(Key(1, 8), Epoch).Flags, Is.EqualTo(CommandEffect.Created | CommandEffect.Repeated));
    }

    [Test]
    public void TryBegin_FullClient_IsOverloadedAndNothingIsForgotten()
    {
        for (ulong sequence = 1; sequence <= RememberedOutcomes.MaxOfClient; sequence++)
        {
            Assert.That(Do(Key(1, sequence), Epoch).Code, Is.EqualTo(ErrorCode.None));
        }

        Assert.That(Do(Key(1, 1_000_000), Epoch).Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(Do(Key(1, 1), Epoch).Flags, Is.EqualTo(CommandEffect.Created | CommandEffect.Repeated));
        Assert.That(Do(Key(2, 1), Epoch).Code, Is.EqualTo(ErrorCode.None), "others go on");
        Assert.That(Do(Key(1, 1_000_000), Epoch + RememberedOutcomes.Keep).Code, Is.EqualTo(ErrorCode.None));
        Assert.That(_remembered.Count, Is.EqualTo(1), "the other client's outcome went with the first look at the time");
    }

    [Test]
    public void TryBegin_ManyClients_AreKnownForADay()
    {
        for (uint client = 1; client <= RememberedOutcomes.MaxClients; client++)
        {
            Do(Key(client, 1), Epoch);
        }

        Assert.That(Do(Key(100_000, 1), Epoch).Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(Do(Key(100_000, 1), Epoch + RememberedOutcomes.KeepClient - TimeSpan.FromTicks(1)).Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(_remembered.Count, Is.Zero);
        Assert.That(Do(Key(2, 1), Epoch + RememberedOutcomes.KeepClient).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(Do(Key(100_000, 1), Epoch + RememberedOutcomes.KeepClient).Code, Is.EqualTo(ErrorCode.None));
        Assert.That(_remembered.Clients, Is.EqualTo(RememberedOutcomes.MaxClients), "one made room");
    }

    [Test]
    public void Read_WhatWriteGave_AnswersTheSame()
    {
        Do(Key(1, 1), Epoch);
        Do(Key(2, 1), Epoch.AddMinutes(1));
        Do(Key(2, 2) with { AnsweredBelow = 2 }, Epoch.AddMinutes(2));
        Do(Key(3, 1), Epoch + RememberedOutcomes.Keep);
        byte[] written = Encode(_remembered);
        var reader = new CommandReader(written);
        _remembered = RememberedOutcomes.Read(ref reader)!;

        Assert.That(reader.IsAtEnd, Is.True);
        Assert.That(Encode(_remembered), Is.EqualTo(written));
        Assert.That(Do(Key(1, 1), Epoch + RememberedOutcomes.Keep).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(Do(Key(2, 2), Epoch + RememberedOutcomes.Keep), Is.EqualTo(Came(2) with { Flags = CommandEffect.Created | CommandEffect.Repeated }));
        Assert.That(Do(Key(2, 1), Epoch + RememberedOutcomes.Keep).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
    }

    [Test]
    public void Read_EveryTruncation_IsRefused()
    {
        Do(Key(1, 1), Epoch);
        byte[] written = Encode(_remembered);
        for (int length = 0; length < written.Length; length++)
        {
            var reader = new CommandReader(written.AsSpan(0, length));
            Assert.That(RememberedOutcomes.Read(ref reader), Is.Null);
        }
    }

    private static IdempotencyKey Key(uint client, ulong sequence) => new(new ClientId(client), sequence, 0, new RequestHash(1));

    private static CommandOutcome Came(ulong sequence) => new(ErrorCode.None, new Lsn(100 + sequence), CommandEffect.Created, default);

    private CommandOutcome Do(IdempotencyKey key, DateTimeOffset now)
    {
        if (!_remembered.TryBegin(key, now, out CommandOutcome outcome))
        {
            return outcome;
        }

        _remembered.Remember(key, now, Came(key.Sequence));
        return Came(key.Sequence);
    }

    private static byte[] Encode(RememberedOutcomes remembered)
    {
        var writer = new CommandWriter();
        remembered.Write(writer);
        return writer.ToArray();
    }
}

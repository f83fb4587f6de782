using System.Text;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Routing;
using Nacre.Server.Tests.Support;
using Nacre.Testing;

namespace Nacre.Server.Tests.Consistency;

/// <summary>What a session has seen, signed.</summary>
[TestFixture]
public sealed class SessionTokensTests
{
    private static readonly ContainerRoute Items = Route(7, 3, 4);

    private readonly SessionTokens _tokens = new(TokenSeal.ForSessions(new TestDataKeys()));

    [Test]
    public void Make_Token_HasTheFormatsBytes() => Golden.Check(
        "session-token-v1.txt",
        Encoding.ASCII.GetBytes(_tokens.Make(new SessionMark(new ContainerId(0x0102030405060708), Items.Ranges[0], new Lsn(0x1122334455)))));

    [Test]
    public void Read_SeveralTokens_RaisesEachRange()
    {
        var marks = new SessionMarks();

        Result<bool> isAll = _tokens.Read($"{Token(0, 5)},{Token(1, 9)},{Token(0, 3)}", Items, marks);

        Assert.That(isAll.Value, Is.True);
        Assert.That((marks.Of(Items.Ranges[0].Id).Value, marks.Of(Items.Ranges[1].Id).Value, marks.Of(new RangeId(99)).Value), Is.EqualTo((5ul, 9ul, 0ul)));
    }

    [Test]
    public void Read_ASignForMore_IsNotAll()
    {
        var marks = new SessionMarks();

        Assert.That(_tokens.Read($"{Token(0, 5)},*", Items, marks).Value, Is.False);
        Assert.That(marks.Of(Items.Ranges[0].Id).Value, Is.EqualTo(5));
        Assert.That(_tokens.Read("*", Items, marks).Value, Is.False);
    }

    [Test]
    public void Read_ARangeThatIsNotHereAnyMore_IsNotAll() =>
        Assert.That(_tokens.Read(Token(0, 5), Route(7, 4, 5), new SessionMarks()).Value, Is.False);

    [Test]
    public void Read_WhatIsForgedOrForeign_IsRefused()
    {
        string token = Token(0, 5);
        string[] bad =
        [
            "rubbish", $"{token},", $",{token}", $"{token},,{token}", token[1..], $"z{token[1..]}", $"{token[..40]}z{token[41..]}",
            TokenSeal.ForContinuations(new TestDataKeys()).Seal(new byte[33]),
            TokenSeal.ForSessions(new TestDataKeys()).Seal(new byte[33]),
            string.Join(',', Enumerable.Repeat(token, 66)),
        ];

        Assert.That(bad.Select(text => _tokens.Read(text, Items, new SessionMarks()).Error?.Code), Is.All.EqualTo(ErrorCode.SessionTokenInvalid));
        Assert.That(_tokens.Read(token, Route(8, 3, 4), new SessionMarks()).Error!.Code, Is.EqualTo(ErrorCode.SessionTokenInvalid), "another container's");
    }

    private static ContainerRoute Route(ulong container, ulong first, ulong second)
    {
        HashInterval[] halves = HashInterval.Whole.Split(2);
        var shard = new FakeShard(TimeProvider.System);
        return new ContainerRoute(
            new DatabaseId(1), new ContainerId(container), PartitionKeyDefinition.Create(["/pk"]).Value,
            [
                new RangeRoute(new RangeId(first), new RangeGeneration(2), halves[0], shard),
                new RangeRoute(new RangeId(second), new RangeGeneration(2), halves[1], shard),
            ]);
    }

    private string Token(int range, ulong lsn) => _tokens.Make(new SessionMark(Items.Id, Items.Ranges[range], new Lsn(lsn)));
}

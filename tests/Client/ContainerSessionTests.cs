using System.Buffers.Binary;
using System.Buffers.Text;
using Nacre.Client.Streaming;
using Nacre.Client.Transport;

namespace Nacre.Client.Tests;

/// <summary>What a session has written and seen, as the client keeps it.</summary>
[TestFixture]
public sealed class ContainerSessionTests
{
    [Test]
    public void TryRead_TheServersToken_HasItsParts()
    {
        // tests/Server/Golden/session-token-v1.txt
        bool isRead = ContainerSession.TryRead(
            "AQAAAAEIBwYFBAMCAQMAAAAAAAAAAgAAAAAAAABVRDMiEQAAAHjgL6q0MM6BgokBlRfOoSU", out ulong container, out ulong range, out ulong lsn);

        Assert.That((isRead, container, range, lsn), Is.EqualTo((true, 0x0102030405060708ul, 3ul, 0x1122334455ul)));
    }

    [TestCase("")]
    [TestCase("rubbish")]
    [TestCase("AQAAAAIIBwYFBAMCAQMAAAAAAAAAAgAAAAAAAABVRDMiEQAAAHjgL6q0MM6BgokBlRfOoSU", TestName = "TryRead_AnotherVersion_IsNot")]
    public void TryRead_WhatIsNone_IsNot(string text) => Assert.That(ContainerSession.TryRead(text, out _, out _, out _), Is.False);

    [Test]
    public void Observe_ManyTokens_KeepsTheNewestOfEachRange()
    {
        var session = new ContainerSession();
        session.Observe(Token(1, range: 1, lsn: 5));
        session.Observe($"{Token(1, range: 2, lsn: 7)},{Token(1, range: 1, lsn: 9)}");
        session.Observe(Token(1, range: 1, lsn: 8));

        Assert.That(session.Tokens(null, isSession: true).Split(','), Is.EquivalentTo(new[] { Token(1, 1, 9), Token(1, 2, 7) }));
        Assert.That(session.TokenOf("2-7"), Is.EqualTo(Token(1, 2, 7)));
        Assert.That(session.TokenOf("3-7"), Is.Empty);
    }

    [Test]
    public void Observe_ANewIncarnation_ForgetsTheOneBefore()
    {
        var session = new ContainerSession();
        session.Observe(Token(1, range: 1, lsn: 50));
        session.Observe(Token(2, range: 9, lsn: 3));
        session.Observe(Token(1, range: 1, lsn: 60));

        Assert.That(session.Tokens(null, isSession: true), Is.EqualTo(Token(2, 9, 3)), "a late answer of the old one changes nothing");
    }

    [Test]
    public void Tokens_AfterAWriteThatNobodyCounted_SayThatThereIsMore()
    {
        var session = new ContainerSession();
        session.NoteUntold();

        Assert.That(session.Tokens(null, isSession: true), Is.EqualTo("*"));
        Assert.That(session.Tokens("given", isSession: true), Is.EqualTo("given,*"));
        Assert.That(session.Tokens(null, isSession: false), Is.Empty, "a client that never was at session level sends nothing");
    }

    [Test]
    public void Forget_LeavesASignThatThereWasMore()
    {
        var session = new ContainerSession();
        session.Observe(Token(1, range: 1, lsn: 5));
        session.Forget();
        Assert.That(session.Tokens(null, isSession: true), Is.EqualTo("*"));

        session.Observe(Token(2, range: 9, lsn: 1));
        Assert.That(session.Tokens(null, isSession: true), Is.EqualTo(Token(2, 9, 1)), "the container was made again: there is nothing else to remember");
    }

    [Test]
    public void Tell_OnAStream_SaysWhatItsServerDoesNotKnow()
    {
        var session = new ContainerSession();
        var told = new ToldContainer(session);
        session.Observe(Token(1, range: 1, lsn: 5));

        string first = told.Tell(null, isSession: true);
        string second = told.Tell(null, isSession: true);
        told.Hear(Token(1, range: 1, lsn: 6));
        string afterItsOwn = told.Tell(null, isSession: true);
        session.Observe(Token(1, range: 1, lsn: 7));
        string afterAnothers = told.Tell("given", isSession: true);

        Assert.That(new[] { first, second, afterItsOwn, afterAnothers }, Is.EqualTo(new[] { Token(1, 1, 5), "", "", $"{Token(1, 1, 7)},given" }));
    }

    private static string Token(ulong container, ulong range, ulong lsn)
    {
        byte[] bytes = new byte[53];
        bytes[4] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(5), container);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(13), range);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(29), lsn);
        return Base64Url.EncodeToString(bytes);
    }
}

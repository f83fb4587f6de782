using CsCheck;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Server.Items;
using Nacre.Testing;

namespace Nacre.Server.Tests.Items;

/// <summary>What a list hands out to go on from.</summary>
[TestFixture]
public sealed class ContinuationTests
{
    private static readonly Gen<Continuation> AnyContinuation = Gen
        .Select(Gen.ULong, Gen.ULong, Gen.Byte.Array[0, 200], Gen.Int[1, 64], Gen.ULong)
        .Select((container, scope, key, parts, lsn) => new Continuation(
            new ContainerId(container), scope, key,
            [.. HashInterval.Whole.Split(parts).Select((interval, i) => new Continuation.Place(interval, new Lsn(lsn / (ulong)(i + 1))))]));

    [Test]
    public void Decode_WhatWasEncoded_IsTheSame() => AnyContinuation.Sample(continuation =>
    {
        Continuation read = Continuation.Decode(continuation.Encode())!;

        Assert.That(read.Container, Is.EqualTo(continuation.Container));
        Assert.That(read.Scope, Is.EqualTo(continuation.Scope));
        Assert.That(read.ItemKey.ToArray(), Is.EqualTo(continuation.ItemKey.ToArray()));
        Assert.That(read.Places, Is.EqualTo(continuation.Places));
    });

    [Test]
    public void Decode_AnyBytes_GivesNullOrSomething() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        Continuation.Decode(bytes);
        if (bytes.Length > 0)
        {
            bytes[0] = 1;
            Continuation.Decode(bytes);
        }
    });

    [Test]
    public void TryOpen_WhatWasSealed_IsTheSame()
    {
        var seal = TokenSeal.ForContinuations(new TestDataKeys());

        bool opened = seal.TryOpen(seal.Seal([1, 2, 3]), out ReadOnlyMemory<byte> content);

        Assert.That(opened, Is.True);
        Assert.That(content.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void TryOpen_AnyCharacterChanged_IsRefused()
    {
        var seal = TokenSeal.ForContinuations(new TestDataKeys());
        string token = seal.Seal([1, 2, 3, 4, 5]);

        for (int i = 0; i < token.Length; i++)
        {
            char[] changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'Q' : 'A';
            Assert.That(seal.TryOpen(new string(changed), out _), Is.False, $"character {i}");
        }
    }

    [TestCase("")]
    [TestCase("A")]
    [TestCase("not base64 at all")]
    [TestCase("AAAA")]
    public void TryOpen_NoToken_IsRefused(string text) =>
        Assert.That(TokenSeal.ForContinuations(new TestDataKeys()).TryOpen(text, out _), Is.False);

    [Test]
    public void TryOpen_AfterARotation_StillOpensOlderTokens()
    {
        var keys = new TestDataKeys();
        var seal = TokenSeal.ForContinuations(keys);
        string token = seal.Seal([1]);
        keys.Rotate(KeyDomainId.Shared);

        Assert.That(seal.TryOpen(token, out _), Is.True);
        Assert.That(seal.Seal([1]), Is.Not.EqualTo(token));
    }
}

using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Keys;

[TestFixture]
internal sealed class SecretSealerTests
{
    private KeyRing _ring = null!;
    private SecretSealer _sealer = null!;

    [SetUp]
    public void SetUp()
    {
        var folder = new KeyRingFolder(new SimulatedFileSystem(), "/k", TimeProvider.System, new SeededRandom(4));
        _ring = folder.Create(new ClusterId(1), new FixedRootKeyProvider(1)).Expect();
        _sealer = new SecretSealer(_ring, KeyDomainId.Shared, new SeededRandom(5));
    }

    [TearDown]
    public void TearDown() => _ring.Dispose();

    [Test]
    public void Open_WhatWasSealed_GivesItBack()
    {
        byte[] sealedSecret = _sealer.Seal("test", "attack at dawn"u8);
        using SecretBytes secret = _sealer.Open("test", sealedSecret).Expect();

        Assert.That(secret.Span.ToArray(), Is.EqualTo("attack at dawn"u8.ToArray()));
        Assert.That(sealedSecret.AsSpan().IndexOf("attack"u8), Is.Negative);
    }

    [Test]
    public void Seal_FixedChance_MatchesGoldenFile() =>
        Golden.Check("sealed-secret-v1.bin", _sealer.Seal("test", "attack at dawn"u8));

    [Test]
    public void Open_ForAnotherPurpose_IsCorrupt() =>
        Assert.That(_sealer.Open("other", _sealer.Seal("test", "x"u8)).Code(), Is.EqualTo(ErrorCode.Corrupt));

    [Test]
    public void Open_AnyByteChangedOrMissing_IsRefused()
    {
        byte[] whole = _sealer.Seal("test", "x"u8);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x10;
            Assert.That(_sealer.Open("test", changed).Code(), Is.EqualTo(at == 0 ? ErrorCode.Unsupported : ErrorCode.Corrupt), $"byte {at}");
            Assert.That(_sealer.Open("test", whole.AsSpan(0, at)).Code(), Is.EqualTo(ErrorCode.Corrupt), $"{at} bytes");
        }
    }

    [Test]
    public void IsStale_AfterRotation_AsksForSealingAnew()
    {
        byte[] sealedSecret = _sealer.Seal("test", "x"u8);
        Assert.That(_sealer.IsStale(sealedSecret), Is.False);

        _ring.RotateDataKey(KeyDomainId.Shared).Expect();

        Assert.That(_sealer.IsStale(sealedSecret), Is.True);
        Assert.That(SecretSealer.KeyOf(sealedSecret).Expect(), Is.EqualTo(new DataKeyId(1)));
        _sealer.Open("test", sealedSecret).Expect().Dispose();
    }

    [Test]
    public void Open_DataKeyDestroyed_IsCorrupt()
    {
        byte[] sealedSecret = _sealer.Seal("test", "x"u8);
        _ring.RotateDataKey(KeyDomainId.Shared).Expect();
        _ring.DestroyDataKey(new DataKeyId(1)).Expect();

        Assert.That(_sealer.Open("test", sealedSecret).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }
}

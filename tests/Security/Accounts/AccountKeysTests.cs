using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Accounts;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Accounts;

[TestFixture]
internal sealed class AccountKeysTests
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
    public void Draw_Always_GivesFourDistinctKeysOf64Bytes()
    {
        using AccountKeys keys = AccountKeys.Draw(TimeProvider.System, CryptographicRandom.Instance);

        Assert.Multiple(() =>
        {
            Assert.That(keys.All.Select(key => key.Kind), Is.EqualTo(Enum.GetValues<AccountKeyKind>()));
            Assert.That(keys.All.Select(key => key.Id).Distinct().Count(), Is.EqualTo(4));
            Assert.That(keys.All.Select(key => Convert.FromBase64String(key.Reveal()).Length), Is.All.EqualTo(64));
            Assert.That(keys.All.Select(key => key.MayWrite), Is.EqualTo(new[] { true, true, false, false }));
        });
    }

    [Test]
    public void Open_WhatWasSealed_GivesTheSameKeys()
    {
        using AccountKeys keys = AccountKeys.Draw(TimeProvider.System, CryptographicRandom.Instance);
        byte[][] sealedKeys = [.. keys.All.Select(key => key.Seal(_sealer))];

        using AccountKeys opened = AccountKeys.Of(sealedKeys.Reverse().Select(key => AccountKey.Open(key, _sealer).Expect()));

        Assert.That(opened.All.Select(key => key.Reveal()), Is.EqualTo(keys.All.Select(key => key.Reveal())));
        Assert.That(opened.All.Select(key => key.CreatedAt), Is.EqualTo(keys.All.Select(key => key.CreatedAt)));
        Assert.That(sealedKeys[0].AsSpan().IndexOf(keys[AccountKeyKind.Primary].Bytes), Is.Negative);
    }

    [Test]
    public void Regenerate_OneKey_LeavesTheOthers()
    {
        using AccountKeys keys = AccountKeys.Draw(TimeProvider.System, CryptographicRandom.Instance);
        using AccountKeys after = keys.Regenerate(AccountKeyKind.SecondaryReadOnly, TimeProvider.System, CryptographicRandom.Instance);

        Assert.That(after.All.Take(3).Select(key => key.Id), Is.EqualTo(keys.All.Take(3).Select(key => key.Id)));
        Assert.That(after[AccountKeyKind.SecondaryReadOnly].Id, Is.Not.EqualTo(keys[AccountKeyKind.SecondaryReadOnly].Id));
    }

    [Test]
    public void Open_DamagedRecord_IsRefused()
    {
        using AccountKeys keys = AccountKeys.Draw(TimeProvider.System, CryptographicRandom.Instance);
        using SecretBytes record = _sealer.Open("account key", keys[AccountKeyKind.Primary].Seal(_sealer)).Expect();

        Assert.Multiple(() =>
        {
            Assert.That(AccountKey.Open([], _sealer).Code(), Is.EqualTo(ErrorCode.Corrupt));
            Assert.That(AccountKey.Open(Changed(record, 0), _sealer).Code(), Is.EqualTo(ErrorCode.Unsupported));
            Assert.That(AccountKey.Open(Changed(record, 1), _sealer).Code(), Is.EqualTo(ErrorCode.Corrupt));
            Assert.That(AccountKey.Open(Changed(record, 9), _sealer).Code(), Is.EqualTo(ErrorCode.Corrupt));
            Assert.That(AccountKey.Open(_sealer.Seal("account key", record.Span[..^1]), _sealer).Code(), Is.EqualTo(ErrorCode.Corrupt));
        });
    }

    private byte[] Changed(SecretBytes record, int at)
    {
        byte[] changed = record.Span.ToArray();
        changed[at] ^= 0x80;
        return _sealer.Seal("account key", changed);
    }
}

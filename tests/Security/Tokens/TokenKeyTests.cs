using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authentication;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Security.Tokens;
using Nacre.Testing;

namespace Nacre.Security.Tests.Tokens;

[TestFixture]
internal sealed class TokenKeyTests
{
    private static readonly FakeTimeProvider Time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123));

    private readonly SecretSealer _sealer = new(new TestDataKeys(), KeyDomainId.Shared, new SeededRandom(1));

    [Test]
    public void Open_OfASealedKey_GivesTheSame()
    {
        using TokenKey drawn = TokenKey.Draw(3, Time, new SeededRandom(2));
        byte[] sealedKey = drawn.Seal(_sealer);
        using TokenKey opened = TokenKey.Open(sealedKey, _sealer).Value;
        byte[] first = new byte[32];
        byte[] second = new byte[32];

        Assert.That(drawn.TryDerive("token"u8, first) && opened.TryDerive("token"u8, second));
        Assert.That(second, Is.EqualTo(first));
        Assert.That(opened.Generation, Is.EqualTo(3));
        Assert.That(opened.CreatedAt, Is.EqualTo(drawn.CreatedAt));
    }

    [Test]
    public void Open_OfAnyChangedByte_IsRefused()
    {
        using TokenKey drawn = TokenKey.Draw(1, Time, new SeededRandom(2));
        byte[] sealedKey = drawn.Seal(_sealer);
        for (int at = 0; at < sealedKey.Length; at++)
        {
            byte[] changed = [.. sealedKey];
            changed[at] ^= 1;
            Assert.That(TokenKey.Open(changed, _sealer).Error?.Code, Is.AnyOf(ErrorCode.Corrupt, ErrorCode.Unsupported), $"byte {at}");
        }
    }

    [TestCase(0)]
    [TestCase(76)]
    [TestCase(78)]
    public void Open_OfAnotherLength_IsRefused(int length) =>
        Assert.That(TokenKey.Open(_sealer.Seal("token key", new byte[length]), _sealer).IsOk, Is.False);

    [Test]
    public void TryDerive_AfterDisposal_IsFalse()
    {
        TokenKey key = TokenKey.Draw(1, Time, new SeededRandom(2));
        key.Dispose();

        Assert.That(key.TryDerive("token"u8, new byte[HmacKey.MacBytes]), Is.False);
        Assert.That(key.IsWithdrawn);
    }

    [Test]
    public void Token_OfEveryField_KeepsItsBytes()
    {
        var token = new ResourceToken(
            Core.Control.PermissionMode.All, 1, new DatabaseId(2), new UserId(3), new PermissionId(4), new Sequence(5), new ContainerId(6),
            1_700_000_000_123, 3600, CredentialKeyId.Read("0123456789abcdEF"u8));
        byte[] bytes = new byte[ResourceToken.SizeBytes];
        token.Write(bytes);

        Golden.Check("resource-token-v1.bin", bytes);
        Assert.That(ResourceToken.TryRead(bytes, out ResourceToken read) && read == token);
        Assert.That(token.Expires, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1_700_003_600_123)));
    }
}

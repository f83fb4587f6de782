using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Tests.Support;
using Nacre.Security.Tokens;
using Nacre.Testing;

namespace Nacre.Security.Tests.Tokens;

[TestFixture]
internal sealed class JoinTokenTests
{
    private static readonly byte[] Fingerprint = [.. Enumerable.Range(0, 32).Select(at => (byte)at)];

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Test]
    public void Parse_OfRevealed_GivesTheToken()
    {
        using JoinToken drawn = JoinToken.Draw(CryptographicRandom.Instance, Fingerprint);
        using JoinToken read = JoinToken.Parse($"  {drawn.Reveal()}\n").Expect();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(drawn.Reveal(), Does.Match("^nacre-join-1(\\.[A-Za-z0-9_-]{22})(\\.[A-Za-z0-9_-]{43}){2}$"));
            Assert.That(read.Id, Is.EqualTo(drawn.Id));
            Assert.That(read.Secret.SequenceEqual(drawn.Secret), Is.True);
            Assert.That(read.Fingerprint.ToArray(), Is.EqualTo(Fingerprint));
            Assert.That(JoinToken.ReadId(JoinToken.TextOf(drawn.Id)), Is.EqualTo(drawn.Id));
            Assert.That(drawn.ToString(), Does.Not.Contain(drawn.Reveal().Split('.')[2]), "the secret");
        }
    }

    [Test]
    public void Parse_OfAnyCharacterChanged_IsAnotherTokenOrMalformed()
    {
        using JoinToken drawn = JoinToken.Draw(new SeededRandom(1), Fingerprint);
        string text = drawn.Reveal();
        for (int at = 0; at < text.Length; at++)
        {
            Result<JoinToken> read = JoinToken.Parse(text[..at] + (text[at] == 'x' ? 'y' : 'x') + text[(at + 1)..]);
            if (read.IsOk)
            {
                Assert.That(read.Value.Reveal(), Is.Not.EqualTo(text));
                read.Value.Dispose();
                continue;
            }

            Assert.That(read.Error.Code, Is.EqualTo(ErrorCode.Malformed));
            Assert.That(read.Error.Message, Does.Not.Contain(text[20..30]));
        }

        for (int length = 0; length < text.Length; length++)
        {
            Assert.That(JoinToken.Parse(text[..length]).Error?.Code, Is.EqualTo(ErrorCode.Malformed), $"{length} characters");
        }
    }

    [Test]
    public void Check_ByTheCatalogue_TakesTheSecretAloneAndInTime()
    {
        using JoinToken token = JoinToken.Draw(CryptographicRandom.Instance, Fingerprint);
        byte[] secret = token.Secret.ToArray();
        byte[] wrong = [.. secret];
        wrong[31] ^= 1;
        Catalog catalog = Catalog.Empty with { JoinTokens = [new JoinTokenRecord(token.Id, token.SecretHash, Now.AddHours(1), new Sequence(1))] };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(JoinTokens.Check(catalog, token.Id, secret, Now), Is.Null);
            Assert.That(JoinTokens.Check(catalog, token.Id, secret, Now.AddHours(1))?.Code, Is.EqualTo(ErrorCode.TokenExpired));
            Assert.That(JoinTokens.Check(catalog, token.Id, wrong, Now)?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
            Assert.That(JoinTokens.Check(catalog, token.Id, wrong, Now.AddHours(1))?.Code, Is.EqualTo(ErrorCode.Unauthenticated), "expired, to whoever guesses");
            Assert.That(JoinTokens.Check(catalog, token.Id + 1, secret, Now)?.Message, Is.EqualTo(JoinTokens.Check(catalog, token.Id, wrong, Now)?.Message), "one answer");
            Assert.That(JoinTokens.Check(Catalog.Empty, token.Id, new byte[32], Now)?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        }
    }
}

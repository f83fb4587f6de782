using System.Buffers.Text;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tokens;
using Nacre.Testing;

namespace Nacre.Security.Tests.Tokens;

/// <summary>Tokens from their making to their end: forging, splicing, every way to withdraw them.</summary>
[TestFixture]
internal sealed class ResourceTokensTests : TokenFixture
{
    [Test]
    public void Authenticate_TokenInForce_IsItsUser()
    {
        Result<Principal> first = Enter(Issue(Permission()));
        Result<Principal> second = Enter(Issue(Permission()));

        Assert.That(first.Value.Kind, Is.EqualTo(PrincipalKind.ResourceToken));
        Assert.That(first.Value.Name, Is.EqualTo("user 5 of database 1, permission 7"));
        Assert.That(first.Value.Reach, Is.EqualTo(new ResourceScope(new DatabaseId(1), new ContainerId(2))));
        Assert.That(second.Value, Is.SameAs(first.Value), "one principal a token, whichever request");
    }

    [Test]
    public void Authenticate_TokenOfAServerThatTakesNone_IsUnauthenticated()
    {
        using var signer = new RequestSigner(Issue(Permission()), Time, new SeededRandom(1));

        Assert.That(Authenticate(signer.Sign(Method, Audience, Body)).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Authenticate_AnyBitOfTheTokenChanged_IsRefused()
    {
        string[] parts = Issue(Permission()).Split('.');
        Assert.That(Enter(string.Join('.', parts)).IsOk, "the token itself");
        for (int part = 0; part < 2; part++)
        {
            byte[] bytes = Base64Url.DecodeFromChars(parts[part]);
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] changed = [.. bytes];
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                string[] forged = [.. parts];
                forged[part] = Base64Url.EncodeToString(changed);

                Assert.That(Enter(string.Join('.', forged)).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated), $"part {part}, bit {bit}");
            }
        }
    }

    [Test]
    public void Authenticate_SecretOfAnotherToken_IsRefused()
    {
        string[] one = Issue(Permission()).Split('.');
        string[] other = Issue(Permission(PermissionMode.Read, id: 8, version: 8)).Split('.');

        Assert.That(Enter($"{one[0]}.{other[1]}").Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(Enter($"{other[0]}.{one[1]}").Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Authenticate_HalvesOfTwoTokens_AreRefused()
    {
        string[] one = Issue(Permission()).Split('.');
        string[] other = Issue(Permission(id: 8, version: 8)).Split('.');
        for (int cut = 1; cut < one[0].Length; cut++)
        {
            string spliced = one[0][..cut] + other[0][cut..];
            if (spliced != one[0] && spliced != other[0])
            {
                Assert.That(Enter($"{spliced}.{one[1]}").Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated), $"cut at {cut}");
                Assert.That(Enter($"{spliced}.{other[1]}").Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated), $"cut at {cut}");
            }
        }
    }

    [Test]
    public void Authenticate_TruncatedOrLengthenedToken_IsMalformed()
    {
        string[] parts = Issue(Permission()).Split('.');
        foreach (string text in Enumerable.Range(0, parts[0].Length).Select(length => parts[0][..length]).Append(parts[0] + "AAAA").Append(parts[0] + "="))
        {
            Assert.That(Enter($"{text}.{parts[1]}").Error?.Code, Is.EqualTo(ErrorCode.CredentialMalformed), text);
        }
    }

    [Test]
    public void Authenticate_TheTokenItselfAsASignature_IsRefused()
    {
        string[] parts = Issue(Permission()).Split('.');
        string header = $"v2;tok={parts[0]};aud={Audience};t={Time.GetUtcNow().ToUnixTimeMilliseconds()};n={new string('A', 22)};sig={parts[1]}";

        Result<Principal> entered = TokenServer.Authenticate(header, Method, new System.Buffers.ReadOnlySequence<byte>(Body));

        Assert.That(entered.Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [TestCase(0, 3600)]
    [TestCase(600, 600)]
    [TestCase(86_400, 86_400)]
    public void Issue_LifetimeAllowed_EndsThen(int asked, int seconds)
    {
        Catalog.Put(Permission());
        IssuedToken token = Tokens.Issue(Permission(), PrincipalOf(AccountKeyKind.Primary), TimeSpan.FromSeconds(asked)).Value;
        Assert.That(token.Expires, Is.EqualTo(Time.GetUtcNow().AddSeconds(seconds)));

        Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.That(Enter(token.Text).IsOk);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Enter(token.Text).Error?.Code, Is.EqualTo(ErrorCode.TokenExpired), "one that was used");
    }

    [Test]
    public void Authenticate_ExpiredTokenNeverUsed_IsExpired()
    {
        string token = Issue(Permission());
        Time.Advance(TimeSpan.FromHours(1));

        Assert.That(Enter(token).Error?.Code, Is.EqualTo(ErrorCode.TokenExpired));
    }

    [TestCase(1)]
    [TestCase(599)]
    [TestCase(86_401)]
    [TestCase(int.MaxValue)]
    public void Issue_LifetimeNotAllowed_IsMalformed(int seconds) => Assert.That(
        Tokens.Issue(Permission(), PrincipalOf(AccountKeyKind.Primary), TimeSpan.FromSeconds(seconds)).Error?.Code, Is.EqualTo(ErrorCode.Malformed));

    [TestCase(true)]
    [TestCase(false)]
    public void Authenticate_PermissionDeleted_IsWithdrawn(bool usedBefore)
    {
        string token = Issue(Permission());
        Principal? principal = usedBefore ? Enter(token).Value : null;

        Catalog.Remove(Permission());

        Assert.That(Enter(token).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(principal?.IsWithdrawn, Is.EqualTo(usedBefore ? true : null));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Authenticate_PermissionReplaced_TakesTheNewTokenAndNotTheOld(bool usedBefore)
    {
        string old = Issue(Permission());
        if (usedBefore)
        {
            Assert.That(Enter(old).IsOk);
        }

        string next = Issue(Permission(version: 9));

        Assert.That(Enter(old).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(Enter(next).IsOk);
    }

    [Test]
    public void Authenticate_OtherChangesOfTheCatalogue_DoNotMatter()
    {
        string token = Issue(Permission());
        Principal principal = Enter(token).Value;

        Catalog.Put(Permission(id: 8));

        Assert.That(principal.IsWithdrawn, Is.False);
        Assert.That(Enter(token).IsOk);
    }

    [TestCase(AccountKeyKind.Primary)]
    [TestCase(AccountKeyKind.Secondary)]
    public void Authenticate_AccountKeyRegenerated_EndsTheTokensThatItAskedForAndNoOthers(AccountKeyKind kind)
    {
        string mine = Issue(Permission(), kind);
        string others = Issue(Permission(), kind == AccountKeyKind.Primary ? AccountKeyKind.Secondary : AccountKeyKind.Primary);
        Principal principal = Enter(mine).Value;

        using AccountKeys next = Keys.Regenerate(kind, Time, new SeededRandom(99));
        InForce.Replace(next);

        Assert.That(principal.IsWithdrawn);
        Assert.That(Enter(mine).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(Enter(others).IsOk);
    }

    [Test]
    public void Authenticate_TokenKeyRotated_KeepsTheTokensOfTheOneBefore()
    {
        string token = Issue(Permission());
        TokenKey first = TokenKeys.Newest!;
        TokenKey second = TokenKey.Draw(2, Time, new SeededRandom(22));

        TokenKeys.Replace([first, second]);
        string newer = Issue(Permission());
        Assert.That(Enter(token).IsOk && Enter(newer).IsOk);
        TokenKeys.Replace([second, TokenKey.Draw(3, Time, new SeededRandom(33))]);

        Assert.That(Enter(token).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(Enter(newer).IsOk);
    }

    [Test]
    public void Authenticate_TokenKeyReplacedOutright_EndsEveryToken()
    {
        string used = Issue(Permission());
        string unused = Issue(Permission(), AccountKeyKind.Secondary);
        Principal principal = Enter(used).Value;

        TokenKeys.Replace([TokenKey.Draw(2, Time, new SeededRandom(22))]);

        Assert.That(principal.IsWithdrawn);
        Assert.That(Enter(used).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(Enter(unused).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Authenticate_MoreTokensThanAreRemembered_TakesThemAll()
    {
        string[] tokens = [.. Enumerable.Range(0, 300).Select(i => Issue(Permission(id: 100 + (ulong)i)))];

        Assert.That(tokens.Concat(tokens).Select(token => Enter(token).Error), Is.All.Null);
    }

    [Test]
    public void Own_OfTwoUsersAndAKey_KeepsThemApart()
    {
        var client = new ClientId(42);
        Principal ann = Enter(Issue(Permission())).Value;
        PermissionRecord ofBob = Permission(id: 8) with { User = new UserId(6) };
        Principal bob = Enter(Issue(ofBob)).Value;
        Principal annAgain = Enter(Issue(Permission(id: 9))).Value;

        ClientId[] owned = [ann.Own(client), bob.Own(client), PrincipalOf(AccountKeyKind.Primary).Own(client)];

        Assert.That(owned, Is.Unique);
        Assert.That(annAgain.Own(client), Is.EqualTo(owned[0]));
        Assert.That(owned[2], Is.EqualTo(client));
    }

    [Test]
    public void Stream_OfATokenThatEnds_IsRefusedAtTheNextBatch([Values] bool expires)
    {
        string token = Issue(Permission());
        using var signer = new RequestSigner(token, Time, new SeededRandom(1));
        byte[] nonce = new byte[16];
        using StreamSession server = TokenServer.AuthenticateStream(
            signer.Sign(Method, Audience, Body), Method, new System.Buffers.ReadOnlySequence<byte>(Body), nonce, nonce).Value;
        using StreamSession client = signer.OpenStream(server.Principal, nonce, nonce);
        Assert.That(client.Proof.ToArray(), Is.EqualTo(server.Proof.ToArray()));
        byte[] mac = new byte[32];
        client.Sign(Body, mac);
        Assert.That(server.Verify(Body, mac).IsOk);

        if (expires)
        {
            Time.Advance(TimeSpan.FromHours(1));
        }
        else
        {
            Catalog.Remove(Permission());
        }

        client.Sign(Body, mac);
        Assert.That(server.Verify(Body, mac).Error?.Code, Is.EqualTo(expires ? ErrorCode.TokenExpired : ErrorCode.Unauthenticated));
    }
}

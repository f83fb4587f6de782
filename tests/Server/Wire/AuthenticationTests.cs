using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Protocol.V1;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Server.Tests.Support;
using AccountKeyKind = Nacre.Core.Control.AccountKeyKind;

namespace Nacre.Server.Tests.Wire;

/// <summary>Who gets in: wrong, tampered, stale, replayed and truncated signatures, each with its own error.</summary>
[TestFixture]
public sealed class AuthenticationTests
{
    private static readonly ReadItemRequest Request = ItemMethods.ReadOf("none", "x");

    private TestWire _wire = null!;
    private RawCall _raw = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _wire = await TestWire.StartAsync();
        _raw = _wire.NewRawCall();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _raw.Dispose();
        await _wire.DisposeAsync();
    }

    [Test]
    public async Task Call_RightSignature_IsServed() => Assert.That(await CodeAsync(Sign()), Is.EqualTo(ErrorCode.NotFound));

    [Test]
    public async Task Call_NoCredential_IsUnauthenticated() => Assert.That(await CodeAsync(null), Is.EqualTo(ErrorCode.Unauthenticated));

    [Test]
    public async Task Call_KeyOfAnotherServer_IsUnauthenticated()
    {
        using var stranger = new RequestSigner(new byte[64], TimeProvider.System, CryptographicRandom.Instance);

        string credential = stranger.Sign(ItemMethods.Read.FullName, _wire.Audience, Request.ToByteArray());

        Assert.That(await CodeAsync(credential), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Call_BodyChangedAfterSigning_IsUnauthenticated()
    {
        byte[] other = ItemMethods.ReadOf("other", "x").ToByteArray();

        RawCall.Answer answer = await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame(other), Sign());

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Call_SignatureOfAnotherMethod_IsUnauthenticated()
    {
        RawCall.Answer answer = await _raw.PostAsync(ItemMethods.List.FullName, RawCall.Frame(Request.ToByteArray()), Sign());

        Assert.That(answer.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Call_SignatureForAnotherServer_IsUnauthenticated()
    {
        using RequestSigner signer = _wire.Signer(AccountKeyKind.Primary);

        string credential = signer.Sign(ItemMethods.Read.FullName, "elsewhere.example:8081", Request.ToByteArray());

        Assert.That(await CodeAsync(credential), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [TestCase(-6)]
    [TestCase(6)]
    public async Task Call_SignedMinutesOff_IsClockSkewed(int minutes)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(minutes));
        using var signer = new RequestSigner(
            Convert.FromBase64String(_wire.Keys[AccountKeyKind.Primary].Reveal()), clock, CryptographicRandom.Instance);

        string credential = signer.Sign(ItemMethods.Read.FullName, _wire.Audience, Request.ToByteArray());

        Assert.That(await CodeAsync(credential), Is.EqualTo(ErrorCode.ClockSkewed));
    }

    [Test]
    public async Task Call_SentTwice_IsReplayed()
    {
        string credential = Sign();

        ErrorCode first = await CodeAsync(credential);
        ErrorCode second = await CodeAsync(credential);

        Assert.That(first, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(second, Is.EqualTo(ErrorCode.Replayed));
    }

    [Test]
    public async Task Call_CredentialCutAnywhere_IsRefused()
    {
        string credential = Sign();

        for (int length = 0; length < credential.Length; length++)
        {
            ErrorCode code = await CodeAsync(credential[..length]);
            Assert.That(code, Is.AnyOf(ErrorCode.CredentialMalformed, ErrorCode.Unauthenticated), $"cut to {length}");
        }
    }

    [Test]
    public async Task Call_AnyCharacterOfTheCredentialChanged_IsRefused()
    {
        string credential = Sign();

        for (int i = 0; i < credential.Length; i++)
        {
            char[] changed = credential.ToCharArray();
            changed[i] = changed[i] == '1' ? '2' : '1';
            Assert.That(await CodeAsync(new string(changed)), Is.Not.AnyOf(ErrorCode.None, ErrorCode.NotFound), $"character {i}");
        }
    }

    [Test]
    public async Task Call_LaterVersionOfTheCredential_IsUnsupported() =>
        Assert.That(await CodeAsync("v3" + Sign()[2..]), Is.EqualTo(ErrorCode.Unsupported));

    [Test]
    public async Task Call_ReadOnlyKeyWriting_IsForbidden()
    {
        ErrorCode code = await _wire.ReadOnlyClient.CodeOfAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"1","pk":"x"}"""));

        Assert.That(code, Is.EqualTo(ErrorCode.Forbidden));
        Assert.That(_wire.Shard.Proposals, Is.Zero);
    }

    [Test]
    public async Task Call_ByAStranger_LearnsNothingOfWhatIsThere()
    {
        byte[] unreadable = [0xFF, 0xFF, 0xFF];
        byte[] elsewhere = new ReadItemRequest { Database = "no", Container = "no", Id = "no" }.ToByteArray();
        var answers = new List<RawCall.Answer>
        {
            await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame(Request.ToByteArray()), null),
            await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame(unreadable), null),
            await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame(elsewhere), null),
            await _raw.PostAsync(ItemMethods.Create.FullName, RawCall.Frame([]), null),
        };

        Assert.That(answers.Select(answer => answer.Code), Is.All.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(answers.Select(answer => answer.Detail!.Message).Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers.Select(answer => answer.Content.Length), Is.All.Zero);
    }

    [Test]
    public async Task Call_AfterTheKeyWasReplaced_IsUnauthenticated()
    {
        await using TestWire wire = await TestWire.StartAsync();
        using AccountKeys next = wire.Keys.Regenerate(AccountKeyKind.Primary, TimeProvider.System, CryptographicRandom.Instance);
        ErrorCode before = await wire.Client.CodeOfAsync(ItemMethods.Read, Request);

        wire.Directory.Replace(next);

        Assert.That(before, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(await wire.Client.CodeOfAsync(ItemMethods.Read, Request), Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(await wire.ReadOnlyClient.CodeOfAsync(ItemMethods.Read, Request), Is.EqualTo(ErrorCode.NotFound));
    }

    private string Sign()
    {
        using RequestSigner signer = _wire.Signer(AccountKeyKind.Primary);
        return signer.Sign(ItemMethods.Read.FullName, _wire.Audience, Request.ToByteArray());
    }

    private async Task<ErrorCode> CodeAsync(string? credential) =>
        (await _raw.PostAsync(ItemMethods.Read.FullName, RawCall.Frame(Request.ToByteArray()), credential)).Code;
}

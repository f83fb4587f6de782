using System.Buffers;
using System.Text.RegularExpressions;
using CsCheck;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Authentication;

[TestFixture]
internal sealed partial class HmacAuthenticatorTests : AuthenticationFixture
{
    private const string Base64UrlDigit = "[A-Za-z0-9_-]";

    [TestCase(AccountKeyKind.Primary, PrincipalKind.AccountReadWrite)]
    [TestCase(AccountKeyKind.Secondary, PrincipalKind.AccountReadWrite)]
    [TestCase(AccountKeyKind.PrimaryReadOnly, PrincipalKind.AccountReadOnly)]
    [TestCase(AccountKeyKind.SecondaryReadOnly, PrincipalKind.AccountReadOnly)]
    public void Authenticate_SignedByAnAccountKey_TellsWho(AccountKeyKind key, PrincipalKind expected)
    {
        using RequestSigner client = NewClient(key);

        Principal principal = Authenticate(client.Sign(Method, Audience, Body)).Expect();

        Assert.That(principal.Kind, Is.EqualTo(expected));
        Assert.That(principal.Name, Does.Contain(key.ToString()));
    }

    [TestCase(null)]
    [TestCase("")]
    public void Authenticate_WithoutHeader_SaysUnauthenticated(string? header) =>
        Assert.That(Authenticate(header).Code(), Is.EqualTo(ErrorCode.Unauthenticated));

    [Test]
    public void Authenticate_BodyInParts_IsTheSameBody()
    {
        byte[] body = new byte[5000];
        new SeededRandom(8).Fill(body);
        var second = new Part(body.AsMemory(1000, 4000), 1000, next: null);
        var first = new Part(body.AsMemory(0, 1000), 0, second);
        var parts = new ReadOnlySequence<byte>(first, 0, second, 4000);

        Server.Authenticate(Client.Sign(Method, Audience, body), Method, parts).Expect();
    }

    [Test]
    public void Authenticate_AnyCharacterOfTheHeaderChanged_IsRefusedWithItsCode()
    {
        string header = Client.Sign(Method, Audience, Body);
        for (int at = 0; at < header.Length; at++)
        {
            for (char to = '\u0001'; to < 130; to++)
            {
                if (to != header[at])
                {
                    AssertRefusedAs(WellFormedCode, header[..at] + to + header[(at + 1)..]);
                }
            }
        }

        Authenticate(header).Expect();
    }

    [Test]
    public void Authenticate_AnyTruncationOrAddition_IsRefused()
    {
        string header = Client.Sign(Method, Audience, Body);
        for (int length = 1; length < header.Length; length++)
        {
            AssertRefusedAs(WellFormedCode, header[..length]);
            AssertRefusedAs(WellFormedCode, header[length..]);
            AssertRefusedAs(WellFormedCode, header.Remove(length, 1));
            AssertRefusedAs(WellFormedCode, header.Insert(length, "0"));
            AssertRefusedAs(WellFormedCode, header.Insert(length, ";"));
        }

        AssertRefusedAs(WellFormedCode, header + " ");
        AssertRefusedAs(WellFormedCode, header + header);
        AssertRefusedAs(WellFormedCode, header + new string('A', 10_000));
    }

    [Test]
    public void Authenticate_AnyText_IsRefusedAndNeverThrows()
    {
        string[] words = ["v2", "v3", "key=", "aud=", "t=", "n=", "sig=", ";", "=", ":", "[", "]", "\0", "\uFFFF", "1767323045000", "localhost:1"];
        Gen<string> part = Gen.OneOf(
            Gen.Int[0, words.Length - 1].Select(index => words[index]),
            Gen.String,
            Gen.String[Gen.Char.AlphaNumeric, 0, 60]);

        part.Array[0, 14].Sample(parts => !Authenticate(string.Concat(parts)).IsOk, iter: 5_000);
    }

    [Test]
    public void Authenticate_PartsOfTwoRequestsSpliced_IsUnauthenticated()
    {
        string[] one = Client.Sign(Method, Audience, Body).Split(';');
        Time.Advance(TimeSpan.FromMilliseconds(1));
        using RequestSigner otherClient = NewClient(AccountKeyKind.Secondary);
        string[] other = otherClient.Sign(Method, "127.0.0.1:8081", "other"u8).Split(';');
        for (int mask = 1; mask < (1 << 6) - 1; mask++)
        {
            string spliced = string.Join(';', Enumerable.Range(0, 6).Select(i => (mask >> i & 1) == 0 ? one[i] : other[i]));
            if (spliced != string.Join(';', one))
            {
                Assert.That(Authenticate(spliced).Code(), Is.EqualTo(ErrorCode.Unauthenticated), spliced);
            }
        }
    }

    [Test]
    public void Authenticate_AnotherMethodOrBody_IsUnauthenticated()
    {
        string header = Client.Sign(Method, Audience, Body);

        Assert.Multiple(() =>
        {
            Assert.That(
                Server.Authenticate(header, "/nacre.v1.Items/Delete", new ReadOnlySequence<byte>(Body)).Code(),
                Is.EqualTo(ErrorCode.Unauthenticated));
            Assert.That(
                Server.Authenticate(header, Method, new ReadOnlySequence<byte>("Body"u8.ToArray())).Code(),
                Is.EqualTo(ErrorCode.Unauthenticated));
            Assert.That(
                Server.Authenticate(header, Method, ReadOnlySequence<byte>.Empty).Code(),
                Is.EqualTo(ErrorCode.Unauthenticated));
        });
    }

    [Test]
    public void Authenticate_UnknownKey_SaysNoMoreThanAWrongSignature()
    {
        using AccountKeys others = AccountKeys.Draw(Time, new SeededRandom(77));
        using var stranger = new RequestSigner(others[AccountKeyKind.Primary].Bytes, Time, new SeededRandom(5));
        string header = Client.Sign(Method, Audience, Body);
        string wrong = header[..^1] + (header[^1] == 'A' ? 'E' : 'A');

        Assert.That(Authenticate(stranger.Sign(Method, Audience, Body)).Error, Is.SameAs(Authenticate(wrong).Error));
    }

    [TestCase("localhost:8081", true)]
    [TestCase("localhost:1", true)]
    [TestCase("127.0.0.1:8081", true)]
    [TestCase("[::1]:8081", true)]
    [TestCase("localhost.:8081", false)]
    [TestCase("127.0.0.2:8081", false)]
    [TestCase("other.example:8081", false)]
    [TestCase("notlocalhost:8081", false)]
    public void Authenticate_Audience_MustBeThisServer(string audience, bool accepted) =>
        Assert.That(
            Authenticate(Client.Sign(Method, audience, Body)).Code(),
            Is.EqualTo(accepted ? ErrorCode.None : ErrorCode.Unauthenticated));

    [TestCase(-300_001, ErrorCode.ClockSkewed)]
    [TestCase(-300_000, ErrorCode.None)]
    [TestCase(-1, ErrorCode.None)]
    [TestCase(1, ErrorCode.None)]
    [TestCase(300_000, ErrorCode.None)]
    [TestCase(300_001, ErrorCode.ClockSkewed)]
    public void Authenticate_ClientsClockOff_IsRefusedOnlyBeyondTheWindow(int skewMs, ErrorCode expected)
    {
        DateTimeOffset now = Time.GetUtcNow();
        string header = SignAt(now.AddMilliseconds(skewMs));

        Assert.That(Authenticate(header).Code(), Is.EqualTo(expected));
    }

    [Test]
    public void Authenticate_SkewedAndWronglySigned_TellsNothingOfTheClock()
    {
        string header = SignAt(Time.GetUtcNow().AddHours(-2));
        string wrong = header[..^1] + (header[^1] == 'A' ? 'E' : 'A');

        Assert.That(Authenticate(wrong).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public void Authenticate_SameHeaderAgain_IsReplayedUntilItsTimeIsOver()
    {
        string header = Client.Sign(Method, Audience, Body);
        Authenticate(header).Expect();
        for (int second = 0; second <= 300; second += 10)
        {
            Assert.That(Authenticate(header).Code(), Is.EqualTo(ErrorCode.Replayed), $"after {second} s");
            Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.That(Authenticate(header).Code(), Is.EqualTo(ErrorCode.ClockSkewed));
    }

    [Test]
    public void Authenticate_SignedBeforeTheServerStarted_IsToldToSignAnew()
    {
        string header = Client.Sign(Method, Audience, Body);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        using HmacAuthenticator restarted = NewServer(new ReplayCacheOptions());

        Result<Principal> answer = restarted.Authenticate(header, Method, new ReadOnlySequence<byte>(Body));

        Assert.That(answer.Code(), Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(answer.Error!.Retry, Is.EqualTo(RetryRule.Safe));
        restarted.Authenticate(Client.Sign(Method, Audience, Body), Method, new ReadOnlySequence<byte>(Body)).Expect();
    }

    [Test]
    public void Authenticate_ReplayCacheFull_IsOverloadedAndForgetsNothing()
    {
        using HmacAuthenticator small = NewServer(new ReplayCacheOptions { CapacityRequests = 1024 });
        var accepted = new List<string>();
        NacreError? refusal = null;
        while (refusal is null)
        {
            string header = Client.Sign(Method, Audience, Body);
            refusal = small.Authenticate(header, Method, new ReadOnlySequence<byte>(Body)).Error;
            if (refusal is null)
            {
                accepted.Add(header);
            }
        }

        Assert.That(refusal.Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(refusal.RetryAfter, Is.GreaterThan(Window).And.LessThanOrEqualTo(Window + TimeSpan.FromSeconds(30)));
        Assert.That(
            accepted.Select(header => small.Authenticate(header, Method, new ReadOnlySequence<byte>(Body)).Code()),
            Is.All.EqualTo(ErrorCode.Replayed));

        Time.Advance(refusal.RetryAfter!.Value);
        small.Authenticate(Client.Sign(Method, Audience, Body), Method, new ReadOnlySequence<byte>(Body)).Expect();
    }

    [Test]
    public void Authenticate_KeyRegenerated_OldOneIsRefusedAndOthersGoOn()
    {
        Principal before = Authenticate(Client.Sign(Method, Audience, Body)).Expect();
        using RequestSigner secondary = NewClient(AccountKeyKind.Secondary);
        Principal other = Authenticate(secondary.Sign(Method, Audience, Body)).Expect();
        using AccountKeys regenerated = Keys.Regenerate(AccountKeyKind.Primary, Time, new SeededRandom(9));

        InForce.Replace(regenerated);

        using var successor = new RequestSigner(regenerated[AccountKeyKind.Primary].Bytes, Time, new SeededRandom(10));
        Assert.Multiple(() =>
        {
            Assert.That(Authenticate(Client.Sign(Method, Audience, Body)).Code(), Is.EqualTo(ErrorCode.Unauthenticated));
            Assert.That(before.IsWithdrawn, Is.True);
            Assert.That(other.IsWithdrawn, Is.False);
            Assert.That(Authenticate(secondary.Sign(Method, Audience, Body)).Expect(), Is.SameAs(other));
            Assert.That(Authenticate(successor.Sign(Method, Audience, Body)).Code(), Is.EqualTo(ErrorCode.None));
        });
    }

    [Test]
    public void Authenticate_Success_AllocatesNothing()
    {
        var body = new ReadOnlySequence<byte>(Body);
        string[] headers = [.. Enumerable.Range(0, 200).Select(_ => Client.Sign(Method, Audience, Body))];
        foreach (string header in headers[..100])
        {
            Server.Authenticate(header, Method, body).Expect();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool all = true;
        foreach (string header in headers[100..])
        {
            all &= Server.Authenticate(header, Method, body).IsOk;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(all, Is.True);
        Assert.That(allocated, Is.LessThan(10_000), "the replay cache's tables grow; nothing else may");
    }

    [Test]
    public void Authenticate_SameHeaderFromManyThreads_IsAcceptedOnce()
    {
        for (int round = 0; round < 200; round++)
        {
            string header = Client.Sign(Method, Audience, Body);
            int accepted = 0;
            Parallel.For(0, 8, _ =>
            {
                if (Authenticate(header).IsOk)
                {
                    Interlocked.Increment(ref accepted);
                }
            });

            Assert.That(accepted, Is.EqualTo(1));
        }
    }

    private static ErrorCode WellFormedCode(string header) =>
        Grammar().IsMatch(header) ? ErrorCode.Unauthenticated
        : OtherVersion().IsMatch(header) ? ErrorCode.Unsupported
        : ErrorCode.CredentialMalformed;

    [GeneratedRegex($@"\Av2;key={Base64UrlDigit}{{16}};aud=(?:[a-z0-9._-]+|\[[a-z0-9._:-]*\]):[1-9][0-9]{{0,4}};t=[1-9][0-9]{{12,14}};n={Base64UrlDigit}{{21}}[AQgw];sig={Base64UrlDigit}{{42}}[AEIMQUYcgkosw048]\z")]
    private static partial Regex Grammar();

    [GeneratedRegex(@"\Av(?!2;)[1-9][0-9]*;")]
    private static partial Regex OtherVersion();

    private void AssertRefusedAs(Func<string, ErrorCode> expected, string header)
    {
        ErrorCode code = Authenticate(header).Code();
        if (code != expected(header))
        {
            Assert.Fail($"{code} instead of {expected(header)} for {header}");
        }
    }

    private string SignAt(DateTimeOffset at)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(at);
        using var client = new RequestSigner(Keys[AccountKeyKind.Primary].Bytes, clock, new SeededRandom(4));
        return client.Sign(Method, Audience, Body);
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory, long runningIndex, Part? next)
        {
            Memory = memory;
            RunningIndex = runningIndex;
            Next = next;
        }
    }
}

using System.Buffers.Binary;
using System.Buffers.Text;
using Microsoft.Extensions.Time.Testing;
using Nacre.Client.Transport;

namespace Nacre.Client.Tests;

/// <summary>Who asks the callback for another token, and how often.</summary>
[TestFixture]
public sealed class TokenRefreshTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    [TestCase(26, false, TestName = "Get_ByTwoWhileTheCallbackFails_AsksItOnce")]
    [TestCase(31, true, TestName = "Get_ByTwoAfterTheTokensEndWhileTheCallbackFails_AsksItOnceAndTellsBoth")]
    public async Task Get_ByTwoWhileTheCallbackFails_AsksItOnce(int minutes, bool isError)
    {
        int asked = 0;
        var answer = new TaskCompletionSource<string>();
        using CredentialSource source = Source(_ =>
        {
            asked++;
            return answer.Task;
        });
        _time.Advance(TimeSpan.FromMinutes(minutes));

        Task<Attempt<Credential>> first = source.GetAsync(default).AsTask();
        Task<Attempt<Credential>> second = source.GetAsync(default).AsTask();
        answer.SetException(new IOException("The back end is down."));

        Assert.That((await first).IsOk, Is.EqualTo(!isError));
        Assert.That((await second).IsOk, Is.EqualTo(!isError));
        Assert.That(asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Renew_OfARefusedTokenByTwo_AsksTheCallbackOnce()
    {
        int asked = 0;
        var answer = new TaskCompletionSource<string>();
        using CredentialSource source = Source(_ =>
        {
            asked++;
            return answer.Task;
        });
        Credential refused = (await source.GetAsync(default)).ValueOrThrow();

        Task<bool> first = source.RenewAsync(refused, NacreErrorCode.Unauthenticated, default).AsTask();
        Task<bool> second = source.RenewAsync(refused, NacreErrorCode.Unauthenticated, default).AsTask();
        answer.SetResult(Token());

        Assert.That(await Task.WhenAll(first, second), Is.All.True);
        Assert.That(asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Get_AfterTheTokensEnd_AsksTheCallbackThatFailedAgain()
    {
        int asked = 0;
        using CredentialSource source = Source(_ => ++asked == 1 ? throw new IOException("The back end is down.") : Task.FromResult(Token()));
        _time.Advance(TimeSpan.FromMinutes(31));

        Assert.That((await source.GetAsync(default)).IsOk, Is.False);
        Assert.That((await source.GetAsync(default)).IsOk, Is.True);
        Assert.That(asked, Is.EqualTo(2));
    }

    private CredentialSource Source(Func<CancellationToken, Task<string>> refresh) => new(
        NacreConnection.ForToken(new Uri("https://localhost:8081"), Token()), new NacreClientOptions { TokenRefresh = refresh, TimeProvider = _time });

    private string Token()
    {
        byte[] claims = new byte[72];
        claims[0] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(claims.AsSpan(48), _time.GetUtcNow().ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt32LittleEndian(claims.AsSpan(56), (uint)Life.TotalSeconds);
        return $"{Base64Url.EncodeToString(claims)}.{Base64Url.EncodeToString(new byte[32])}";
    }
}

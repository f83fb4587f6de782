using Microsoft.Extensions.Logging;

namespace Nacre.Client.Transport;

/// <summary>
/// Gives the credential of now. With an account key that is always the same one; with a resource token and a way to get
/// another, the token is renewed before it ends, and once after it was refused.
/// </summary>
/// <remarks>Thread-safe. While nothing is due, asking is a look at a field.</remarks>
internal sealed class CredentialSource : IDisposable
{
    // Invariants:
    // - at most one refresh runs at a time, and whoever waited for it does not begin another, however it ended;
    // - each refresh that ends puts another object into _held: that is how those who waited tell.
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    private readonly NacreClientOptions _options;
    private readonly ILogger? _logger;
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private Held _held;

    public CredentialSource(NacreConnection connection, NacreClientOptions options)
    {
        _options = options;
        _logger = options.LoggerFactory?.CreateLogger("Nacre.Client");
        _held = connection.TokenParts is { } token
            ? Hold(token)
            : new Held(new Credential(connection.KeyBytes), DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);
    }

    /// <summary>The credential to use for a request that begins now.</summary>
    /// <returns>Its error is that the token's time is over and another could not be had.</returns>
    public ValueTask<Attempt<Credential>> GetAsync(CancellationToken cancellationToken)
    {
        Held held = Volatile.Read(ref _held);
        return held.IsDue(_options.TimeProvider) ? RefreshAsync(held, isRefused: false, cancellationToken) : new(held.Credential);
    }

    /// <summary>True when a credential should no longer be used for something that lasts, since a token for it can be had anew.</summary>
    public bool IsStale(Credential credential)
    {
        Held held = Volatile.Read(ref _held);
        return !ReferenceEquals(held.Credential, credential) || held.IsDue(_options.TimeProvider);
    }

    /// <summary>After a refusal of the credential itself: gets another token, if there is a way to.</summary>
    /// <param name="refused">The one that was refused.</param>
    /// <param name="code">The refusal.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when there is another than the refused one to try with.</returns>
    public async ValueTask<bool> RenewAsync(Credential refused, NacreErrorCode code, CancellationToken cancellationToken)
    {
        if (_options.TokenRefresh is null || code is not (NacreErrorCode.Unauthenticated or NacreErrorCode.TokenExpired))
        {
            return false;
        }

        Held held = Volatile.Read(ref _held);
        if (!ReferenceEquals(held.Credential, refused))
        {
            return true;
        }

        Attempt<Credential> renewed = await RefreshAsync(held, isRefused: true, cancellationToken).ConfigureAwait(false);
        return renewed.IsOk && !ReferenceEquals(renewed.ValueOrThrow(), refused);
    }

    public void Dispose() => _refreshing.Dispose();

    private async ValueTask<Attempt<Credential>> RefreshAsync(Held before, bool isRefused, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Held held = Volatile.Read(ref _held);
            if (!ReferenceEquals(held, before))
            {
                return held.Failure is { } failure ? failure : held.Credential;
            }

            string text = await _options.TokenRefresh!(cancellationToken).ConfigureAwait(false);
            if (TokenText.TryParse(text) is not { } token)
            {
                return Failed(before, isRefused, new FormatException("What the callback gave is no resource token."));
            }

            Held next = Hold(token);
            Volatile.Write(ref _held, next);
            return next.Credential;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Failed(before, isRefused, e);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>While the present token lasts it goes on, and the callback is asked again later.</summary>
    private Attempt<Credential> Failed(Held before, bool isRefused, Exception cause)
    {
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        TimeSpan left = before.EndsAt - now;
        if (isRefused || left <= TimeSpan.Zero)
        {
            var failure = new NacreException(
                NacreErrorCode.TokenExpired, $"The token is no longer good, and the callback that gets another failed: {cause.Message}", cause);
            Volatile.Write(ref _held, before with { Failure = failure });
            return failure;
        }

        if (_logger is not null)
        {
            Log.TokenRefreshFailed(_logger, left.TotalSeconds, cause);
        }

        Volatile.Write(ref _held, before with { DueAt = now + (left / 4), Failure = null });
        return before.Credential;
    }

    private Held Hold(TokenText token)
    {
        TimeSpan life = token.ExpiresAt - token.IssuedAt;
        TimeSpan margin = TimeSpan.FromTicks(Math.Min(life.Ticks / 5, LongestMargin.Ticks));
        return new Held(
            new Credential(token),
            _options.TokenRefresh is null ? DateTimeOffset.MaxValue : token.ExpiresAt - margin,
            token.ExpiresAt);
    }

    /// <summary>A credential, when to look for another, when its token ends, and why the last refresh gave none instead of it.</summary>
    private sealed record Held(Credential Credential, DateTimeOffset DueAt, DateTimeOffset EndsAt, NacreException? Failure = null)
    {
        public bool IsDue(TimeProvider time) => DueAt != DateTimeOffset.MaxValue && time.GetUtcNow() >= DueAt;
    }
}

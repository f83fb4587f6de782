using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Security.Accounts;
using Nacre.Security.Authorisation;
using Nacre.Security.Tokens;

namespace Nacre.Security.Authentication;

/// <summary>Verifies requests signed with an account key or a resource token's secret: HMAC v2, as <c>docs/formats/auth.md</c> states it.</summary>
/// <remarks>
/// Thread-safe. A success allocates nothing, but for a token's first; refusals that a stranger can cause allocate nothing either. The signature is
/// checked first, so that only who holds a key learns about times, names and replays, and only such requests take room
/// in the replay cache.
/// </remarks>
public sealed class HmacAuthenticator : IDisposable
{
    private readonly AccountKeyDirectory _keys;
    private readonly ResourceTokens? _tokens;
    private readonly AudienceNames _audience;
    private readonly ReplayCache _replays;
    private readonly TimeProvider _time;
    private readonly long _windowMs;

    // Stands in for a key that is not known, so that its requests take the way of a wrong signature.
    private readonly HmacKey _decoy;

    /// <summary>Begins to verify. Requests signed before this moment are refused.</summary>
    /// <param name="keys">The keys in force.</param>
    /// <param name="audience">The names of this server.</param>
    /// <param name="options">Window and bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Cryptographic in the product.</param>
    /// <param name="tokens">Knows resource tokens; null: none is taken.</param>
    public HmacAuthenticator(
        AccountKeyDirectory keys, AudienceNames audience, ReplayCacheOptions options, TimeProvider time, IRandomSource random,
        ResourceTokens? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        _keys = keys;
        _tokens = tokens;
        _audience = audience;
        _time = time;
        _windowMs = (long)options.Window.TotalMilliseconds;
        _replays = new ReplayCache(options, time);
        Span<byte> decoy = stackalloc byte[AccountKey.SizeBytes];
        random.Fill(decoy);
        _decoy = HmacKey.CopyOf(decoy);
    }

    /// <summary>Requests that the replay cache remembers, for metrics.</summary>
    public long RememberedRequests => _replays.Count;

    /// <summary>Verifies one request.</summary>
    /// <param name="header">The <c>nacre-auth</c> metadata; null or empty when there is none.</param>
    /// <param name="method">Full gRPC method name, <c>/package.Service/Method</c>.</param>
    /// <param name="body">The serialized request message, uncompressed, without gRPC's prefix.</param>
    /// <returns>
    /// The caller. Errors: <see cref="ErrorCode.Unauthenticated"/>, <see cref="ErrorCode.CredentialMalformed"/>,
    /// <see cref="ErrorCode.Unsupported"/>, <see cref="ErrorCode.ClockSkewed"/>, <see cref="ErrorCode.Replayed"/>,
    /// <see cref="ErrorCode.TokenExpired"/>,
    /// <see cref="ErrorCode.Overloaded"/> when the replay cache is full, <see cref="ErrorCode.Unavailable"/> for a request
    /// signed before this server started.
    /// </returns>
    public Result<Principal> Authenticate(string? header, ReadOnlySpan<char> method, in ReadOnlySequence<byte> body)
    {
        Span<byte> bodyHash = stackalloc byte[BodyHash.SizeBytes];
        BodyHash.Compute(body, bodyHash);
        return Authenticate(header, method, bodyHash);
    }

    /// <summary>Verifies one request whose body was hashed as it was read; see <see cref="Authenticate(string?, ReadOnlySpan{char}, in ReadOnlySequence{byte})"/>.</summary>
    /// <param name="header">The <c>nacre-auth</c> metadata; null or empty when there is none.</param>
    /// <param name="method">Full gRPC method name, <c>/package.Service/Method</c>.</param>
    /// <param name="bodyHash">SHA-256 of the body: 32 bytes.</param>
    public Result<Principal> Authenticate(string? header, ReadOnlySpan<char> method, ReadOnlySpan<byte> bodyHash)
    {
        NacreError? refusal = Verify(header, method, bodyHash, out Credential? credential);
        return refusal is null ? credential!.Principal : refusal;
    }

    /// <summary>Verifies the first message of a stream and derives the keys of what follows.</summary>
    /// <param name="header">As for <see cref="Authenticate(string?, ReadOnlySpan{char}, in ReadOnlySequence{byte})"/>.</param>
    /// <param name="method">As for <see cref="Authenticate(string?, ReadOnlySpan{char}, in ReadOnlySequence{byte})"/>.</param>
    /// <param name="body">The first message.</param>
    /// <param name="clientNonce">16 bytes, from that message.</param>
    /// <param name="serverNonce">16 bytes, drawn by this server for this stream.</param>
    /// <returns>The session; the caller disposes it. Errors: those of <see cref="Authenticate(string?, ReadOnlySpan{char}, in ReadOnlySequence{byte})"/>, and <see cref="ErrorCode.Malformed"/> for a nonce of another length.</returns>
    public Result<StreamSession> AuthenticateStream(
        string? header, ReadOnlySpan<char> method, in ReadOnlySequence<byte> body, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce)
    {
        Span<byte> bodyHash = stackalloc byte[BodyHash.SizeBytes];
        BodyHash.Compute(body, bodyHash);
        return AuthenticateStream(header, method, bodyHash, clientNonce, serverNonce);
    }

    /// <summary>Verifies the first message of a stream, hashed as it was read, and derives the keys of what follows.</summary>
    /// <param name="header">As for <see cref="Authenticate(string?, ReadOnlySpan{char}, ReadOnlySpan{byte})"/>.</param>
    /// <param name="method">Likewise.</param>
    /// <param name="bodyHash">SHA-256 of the first message: 32 bytes.</param>
    /// <param name="clientNonce">16 bytes, from that message.</param>
    /// <param name="serverNonce">16 bytes, drawn by this server for this stream.</param>
    /// <returns>As for the overload that hashes the message itself.</returns>
    public Result<StreamSession> AuthenticateStream(
        string? header, ReadOnlySpan<char> method, ReadOnlySpan<byte> bodyHash, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce)
    {
        if (Verify(header, method, bodyHash, out Credential? credential) is { } refusal)
        {
            return refusal;
        }

        if (clientNonce.Length != StreamSession.NonceBytes)
        {
            return AuthenticationErrors.StreamNonce;
        }

        // The key may be withdrawn between the two steps.
        return StreamSession.TryDerive(credential!.Key, credential.Principal, clientNonce, serverNonce, StreamSide.Server) is { } session
            ? session
            : AuthenticationErrors.WrongSignature;
    }

    /// <inheritdoc/>
    public void Dispose() => _decoy.Dispose();

    private NacreError? Verify(string? header, ReadOnlySpan<char> method, ReadOnlySpan<byte> bodyHash, out Credential? credential)
    {
        credential = null;
        if (string.IsNullOrEmpty(header))
        {
            return AuthenticationErrors.Missing;
        }

        Span<byte> text = stackalloc byte[CredentialText.MaxLength];
        if (Ascii.FromUtf16(header, text, out int length) != OperationStatus.Done)
        {
            return AuthenticationErrors.Malformed;
        }

        ErrorCode unread = CredentialText.Parse(text[..length], out CredentialText parsed);
        if (unread != ErrorCode.None)
        {
            return unread == ErrorCode.Unsupported ? AuthenticationErrors.OtherVersion : AuthenticationErrors.Malformed;
        }

        Span<byte> request = stackalloc byte[CanonicalRequest.MaxLength];
        Span<byte> signature = stackalloc byte[HmacKey.MacBytes];
        ReadOnlySpan<byte> canonical = CanonicalRequest.Write(request, method, parsed.Audience, parsed.Time, parsed.Nonce, bodyHash);
        Base64Url.DecodeFromUtf8(parsed.Signature, signature);
        NacreError? refusal = parsed.Token.IsEmpty
            ? VerifyKey(parsed.Key, canonical, signature, out Credential? known)
            : VerifyToken(parsed.Token, canonical, signature, out known);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!_audience.Contains(parsed.Audience))
        {
            return AuthenticationErrors.OtherAudience;
        }

        credential = known;
        return VerifyTime(parsed.TimeMs, BinaryPrimitives.ReadUInt64LittleEndian(signature));
    }

    private NacreError? VerifyKey(CredentialKeyId id, ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> signature, out Credential? known)
    {
        known = _keys.Find(id);
        return IsSignedBy(known?.Key ?? _decoy, canonical, signature) && known is not null ? null : AuthenticationErrors.WrongSignature;
    }

    /// <summary>The secret first: who does not hold it learns nothing of the permission, not even that it is gone.</summary>
    private NacreError? VerifyToken(ReadOnlySpan<byte> text, ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> signature, out Credential? known)
    {
        known = null;
        Span<byte> bytes = stackalloc byte[ResourceToken.SizeBytes];
        Base64Url.DecodeFromUtf8(text, bytes);
        if (_tokens is null || !ResourceToken.TryRead(bytes, out ResourceToken token))
        {
            IsSignedBy(_decoy, canonical, signature);
            return AuthenticationErrors.WrongSignature;
        }

        known = _tokens.Recall(token);
        if (known is not null)
        {
            return IsSignedBy(known.Key, canonical, signature) ? known.Principal.CheckInForce() : AuthenticationErrors.WrongSignature;
        }

        Span<byte> secret = stackalloc byte[HmacKey.MacBytes];
        Span<byte> expected = stackalloc byte[HmacKey.MacBytes];
        bool derived = _tokens.TryDerive(token, bytes, secret);
        if (!derived)
        {
            _decoy.TryCompute(bytes, secret);
        }

        HMACSHA256.HashData(secret, canonical, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, signature) || !derived)
        {
            return AuthenticationErrors.WrongSignature;
        }

        known = _tokens.TakeUp(token, secret);
        CryptographicOperations.ZeroMemory(secret);
        return known is null ? AuthenticationErrors.Withdrawn : known.Principal.CheckInForce();
    }

    private static bool IsSignedBy(HmacKey key, ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HmacKey.MacBytes];
        bool computed = key.TryCompute(canonical, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature) & computed;
    }

    private NacreError? VerifyTime(long timeMs, ulong fingerprint)
    {
        long nowMs = _time.NowMilliseconds();
        if (Math.Abs(nowMs - timeMs) > _windowMs)
        {
            return AuthenticationErrors.Skewed(timeMs, nowMs, _windowMs);
        }

        return _replays.Remember(fingerprint, timeMs, nowMs) switch
        {
            ReplayVerdict.Fresh => null,
            ReplayVerdict.Seen => AuthenticationErrors.Replayed,
            ReplayVerdict.BeforeStart => AuthenticationErrors.BeforeStart,
            ReplayVerdict.Full => AuthenticationErrors.Full(_replays.RoomAfter(fingerprint, nowMs)),
            _ => AuthenticationErrors.Skewed(timeMs, nowMs, _windowMs),
        };
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Nacre.Core;
using Nacre.Core.Time;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Authentication;

/// <summary>Signs requests as a client does: the other half of <see cref="HmacAuthenticator"/>, for tools and tests.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class RequestSigner : IDisposable
{
    private readonly HmacKey _key;
    private readonly string _names;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;

    /// <summary>Signs with a key.</summary>
    /// <param name="key">The account key's 64 bytes; copied.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws nonces; cryptographic in the product.</param>
    public RequestSigner(ReadOnlySpan<byte> key, TimeProvider time, IRandomSource random)
    {
        _key = HmacKey.CopyOf(key);
        _names = $"key={CredentialKeyId.Of(_key)}";
        _time = time;
        _random = random;
    }

    /// <summary>Signs with a resource token.</summary>
    /// <param name="token">The token with its secret, as its bearer got it; the parts need not belong together.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws nonces; cryptographic in the product.</param>
    public RequestSigner(string token, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(token);
        string[] parts = token.Split('.');
        Invariant.Check(parts.Length == 2);
        _key = HmacKey.CopyOf(Base64Url.DecodeFromChars(parts[1]));
        _names = $"tok={parts[0]}";
        _time = time;
        _random = random;
    }

    /// <summary>Signs one request.</summary>
    /// <param name="method">Full gRPC method name, <c>/package.Service/Method</c>.</param>
    /// <param name="audience">Host and port dialled, lower-case, such as <c>localhost:8081</c>.</param>
    /// <param name="body">The serialized request message.</param>
    /// <returns>The <c>nacre-auth</c> metadata.</returns>
    public string Sign(string method, string audience, ReadOnlySpan<byte> body)
    {
        Span<byte> nonce = stackalloc byte[16];
        Span<byte> nonceText = stackalloc byte[CredentialText.NonceLength];
        Span<byte> bodyHash = stackalloc byte[BodyHash.SizeBytes];
        Span<byte> text = stackalloc byte[CanonicalRequest.MaxLength];
        Span<byte> signature = stackalloc byte[HmacKey.MacBytes];
        byte[] audienceText = Encoding.ASCII.GetBytes(audience);
        Invariant.Check(AudienceNames.IsWellFormed(audienceText));
        string time = _time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        _random.Fill(nonce);
        Base64Url.EncodeToUtf8(nonce, nonceText);
        BodyHash.Compute(new ReadOnlySequence<byte>(body.ToArray()), bodyHash);
        ReadOnlySpan<byte> canonical = CanonicalRequest.Write(text, method, audienceText, Encoding.ASCII.GetBytes(time), nonceText, bodyHash);
        Invariant.Check(_key.TryCompute(canonical, signature));
        return $"v2;{_names};aud={audience};t={time};n={Encoding.ASCII.GetString(nonceText)};sig={Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Derives the client's side of a stream's keys, once the server's first message told its nonce.</summary>
    /// <param name="principal">Stands for the client itself.</param>
    /// <param name="clientNonce">16 bytes, as sent in the first message.</param>
    /// <param name="serverNonce">16 bytes, as received.</param>
    /// <returns>The session; the caller disposes it, and first compares its proof with the one received.</returns>
    public StreamSession OpenStream(Principal principal, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce)
    {
        StreamSession? session = StreamSession.TryDerive(_key, principal, clientNonce, serverNonce, StreamSide.Client);
        Invariant.Check(session is not null);
        return session;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}

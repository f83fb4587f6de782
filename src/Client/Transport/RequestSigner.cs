using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace Nacre.Client.Transport;

/// <summary>Signs requests to one node with the account key, or with a resource token's secret: HMAC v2, <c>docs/formats/auth.md</c>.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RequestSigner
{
    /// <summary>The header that carries the signature.</summary>
    public const string Header = "nacre-auth";

    private const int NonceBytes = 16;
    private const int MaxTextBytes = 1024;
    private const int MaxHeaderChars = 512;

    private readonly TimeProvider _time;
    private readonly byte[] _audience;
    private readonly string _headerStart;

    /// <summary>Prepares to sign.</summary>
    /// <param name="credential">Whose requests they are.</param>
    /// <param name="endpoint">As dialled: the signature is good for no other server.</param>
    /// <param name="time">The clock; the server accepts five minutes of difference.</param>
    public RequestSigner(Credential credential, Uri endpoint, TimeProvider time)
    {
        _time = time;
        Credential = credential;
        string host = endpoint.HostNameType is UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost;
        string audience = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{host.ToLowerInvariant()}:{endpoint.Port}");
        _audience = Encoding.ASCII.GetBytes(audience);
        _headerStart = $"v2;{credential.Name};aud={audience};t=";
    }

    /// <summary>Whose requests they are.</summary>
    public Credential Credential { get; }

    /// <summary>Makes the headers of one request; no two are the same.</summary>
    /// <param name="method">Full gRPC name, <c>/package.Service/Method</c>.</param>
    /// <param name="body">The message as it will travel.</param>
    public Metadata Sign(string method, ReadOnlySpan<byte> body)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        return new Metadata { { Header, HeaderOf(method, body, _time.GetUtcNow().ToUnixTimeMilliseconds(), nonce) } };
    }

    /// <summary>Writes the header's text.</summary>
    internal string HeaderOf(string method, ReadOnlySpan<byte> body, long timeMs, ReadOnlySpan<byte> nonce)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);

        Span<byte> text = stackalloc byte[MaxTextBytes];
        var rest = new Cursor(text);
        rest.Append("nacre-auth-v2\n"u8);
        rest.AppendAscii(method);
        rest.Append("\n"u8);
        rest.Append(_audience);
        rest.Append("\n"u8);
        Span<byte> time = rest.AppendNumber(timeMs);
        rest.Append("\n"u8);
        Span<byte> nonceText = rest.AppendBase64Url(nonce);
        rest.Append("\n"u8);
        rest.AppendBase64Url(hash);

        Span<byte> mac = stackalloc byte[HmacKey.MacBytes];
        Credential.Key.Compute(text[..rest.Length], [], mac);

        Span<char> signature = stackalloc char[Base64Url.GetEncodedLength(HmacKey.MacBytes)];
        Base64Url.EncodeToChars(mac, signature);
        Span<char> times = stackalloc char[time.Length];
        Encoding.ASCII.GetChars(time, times);
        Span<char> nonces = stackalloc char[nonceText.Length];
        Encoding.ASCII.GetChars(nonceText, nonces);
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture, stackalloc char[MaxHeaderChars], $"{_headerStart}{times};n={nonces};sig={signature}");
    }

    /// <summary>Writes parts one behind the other.</summary>
    private ref struct Cursor(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        public void Append(ReadOnlySpan<byte> part)
        {
            part.CopyTo(_destination[Length..]);
            Length += part.Length;
        }

        public void AppendAscii(string part) => Length += Encoding.ASCII.GetBytes(part, _destination[Length..]);

        public Span<byte> AppendNumber(long number)
        {
            bool fits = Utf8Formatter.TryFormat(number, _destination[Length..], out int written);
            System.Diagnostics.Debug.Assert(fits);
            return Taken(written);
        }

        public Span<byte> AppendBase64Url(ReadOnlySpan<byte> bytes) =>
            Taken(Base64Url.EncodeToUtf8(bytes, _destination[Length..]));

        private Span<byte> Taken(int count)
        {
            Span<byte> part = _destination.Slice(Length, count);
            Length += count;
            return part;
        }
    }
}

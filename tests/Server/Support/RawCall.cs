using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Nacre.Protocol.V1;

namespace Nacre.Server.Tests.Support;

/// <summary>gRPC by hand over HTTP/2: for requests that no gRPC client would send.</summary>
internal sealed class RawCall : IDisposable
{
    private readonly HttpClient _http;

    public RawCall(Uri address, X509ChainPolicy trust) => _http = new HttpClient(
        new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } })
    {
        BaseAddress = address,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>One length-prefixed message.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flag = 0)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>Posts a body of any bytes.</summary>
    public async Task<Answer> PostAsync(string method, byte[] body, string? credential, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (credential is not null)
        {
            request.Headers.TryAddWithoutValidation("nacre-auth", credential);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        byte[] content = await response.Content.ReadAsByteArrayAsync();
        string? Find(string name) =>
            response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? trailer) ? trailer.Single()
            : response.Headers.TryGetValues(name, out IEnumerable<string>? header) ? header.Single()
            : null;
        string? status = Find("grpc-status");
        string? detail = Find("nacre-error-bin");
        return new Answer(
            (int)response.StatusCode,
            status is null ? null : (StatusCode)int.Parse(status, System.Globalization.CultureInfo.InvariantCulture),
            detail is null ? null : ErrorDetail.Parser.ParseFrom(Convert.FromBase64String(detail)),
            content);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>What came back.</summary>
    internal sealed record Answer(int Http, StatusCode? Status, ErrorDetail? Detail, byte[] Content)
    {
        public Core.Errors.ErrorCode Code => Detail is null ? Core.Errors.ErrorCode.None : (Core.Errors.ErrorCode)Detail.Code;
    }
}

using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using JoinToken = Nacre.Security.Tokens.JoinToken;

namespace Nacre.Server.Hosting;

/// <summary>
/// Asks a node of a cluster to be taken in. The first connection trusts nobody and says nothing but that it wants to see the
/// cluster's certificate; the token goes over a second one, to whoever the certificate of the token's fingerprint vouches for.
/// </summary>
internal static class JoinCall
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ErrorTrailer = "nacre-error-bin";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks one node.</summary>
    /// <param name="server">The node.</param>
    /// <param name="options">What for.</param>
    /// <param name="token">The token.</param>
    /// <param name="key">The key to be certified.</param>
    /// <param name="cancellationToken">Ends the wait; the node may be taken in all the same.</param>
    /// <returns>The answer. Errors: Unavailable, Unauthenticated for a server that is not the token's, and what the server refuses with.</returns>
    public static async Task<Result<JoinResponse>> SendAsync(Uri server, JoinOptions options, JoinToken token, ECDsa key, CancellationToken cancellationToken)
    {
        Result<X509Certificate2> known = await FindCertificateAsync(server, token, cancellationToken).ConfigureAwait(false);
        if (!known.IsOk)
        {
            return known.Error;
        }

        using X509Certificate2 trusted = known.Value;
        Span<byte> id = stackalloc byte[JoinToken.IdBytes];
        BinaryPrimitives.WriteUInt128BigEndian(id, token.Id);
        var request = new JoinRequest
        {
            TokenId = ByteString.CopyFrom(id),
            TokenSecret = ByteString.CopyFrom(token.Secret),
            CertificateRequest = ByteString.CopyFrom(Security.Certificates.NodeCertificateRequest.Make(key)),
            PeerEndpoint = options.NodeAddress,
            ClientEndpoint = $"https://{options.ClientAddress}",
            Region = options.Region,
            Learner = options.Learner,
        };
        return await CallAsync(
            server, certificate => IsVouchedFor(certificate, trusted),
            client => client.JoinAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    private static async Task<Result<X509Certificate2>> FindCertificateAsync(Uri server, JoinToken token, CancellationToken cancellationToken)
    {
        Result<GetAuthorityResponse> shown = await CallAsync(
            server, static _ => true,
            client => client.GetAuthorityAsync(new GetAuthorityRequest(), deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        if (!shown.IsOk)
        {
            return shown.Error;
        }

        ReadOnlySpan<byte> certificate = shown.Value.Certificate.Span;
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate), token.Fingerprint.Span)
            ? X509CertificateLoader.LoadCertificate(certificate)
            : new NacreError(
                ErrorCode.Unauthenticated,
                $"The server at {server} is not of the cluster that the token was made in: its certificate is another. Correct the address, or make a token there.");
    }

    /// <summary>Whether a server's certificate is the trusted one, or signed by it, and good now.</summary>
    private static bool IsVouchedFor(X509Certificate2 shown, X509Certificate2 trusted)
    {
        DateTime now = DateTime.UtcNow;
        if (shown.RawDataMemory.Span.SequenceEqual(trusted.RawDataMemory.Span))
        {
            return now >= shown.NotBefore.ToUniversalTime() && now <= shown.NotAfter.ToUniversalTime();
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(shown);
    }

    private static async Task<Result<TAnswer>> CallAsync<TAnswer>(
        Uri server, Func<X509Certificate2, bool> check, Func<Nodes.NodesClient, AsyncUnaryCall<TAnswer>> call)
    {
        bool isRefused = false;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                // By the fingerprint and not by the host name: the address may be one that no certificate names.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    isRefused = certificate is not X509Certificate2 shown || !check(shown);
                    return !isRefused;
                },
            },
        };
        using GrpcChannel channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        try
        {
            return await call(new Nodes.NodesClient(channel)).ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException fault)
        {
            return isRefused
                ? new NacreError(ErrorCode.Unauthenticated, $"The server at {server} shows a certificate that the cluster of the token did not sign.")
                : ErrorOf(fault, server);
        }
    }

    private static NacreError ErrorOf(RpcException fault, Uri server)
    {
        if (fault.Trailers.GetValueBytes(ErrorTrailer) is { } trailer)
        {
            ErrorDetail detail = ErrorDetail.Parser.ParseFrom(trailer);
            return new NacreError((ErrorCode)detail.Code, detail.Message);
        }

        return new NacreError(ErrorCode.Unavailable, $"The server at {server} does not answer: {fault.Status.Detail}");
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Nacre.Security.Tests.Support;

/// <summary>One TLS handshake over loopback.</summary>
internal static class Handshake
{
    /// <summary>What a client that trusts one authority alone gets; throws what the client or the server threw.</summary>
    public static async Task<(SslProtocols Protocol, TlsCipherSuite Cipher, string Subject)> RunAsync(
        SslServerAuthenticationOptions server, X509Certificate2 trusted, SslProtocols protocols, string host = "localhost",
        CipherSuitesPolicy? ciphers = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient accepted = await accepting;
        await using var serverTls = new SslStream(accepted.GetStream());
        await using var clientTls = new SslStream(client.GetStream());
        Task serving = serverTls.AuthenticateAsServerAsync(server);
        try
        {
            await clientTls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = protocols,
                CipherSuitesPolicy = ciphers,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            });
        }
        finally
        {
            client.Client.Shutdown(SocketShutdown.Send);
            await serving;
        }

        return (clientTls.SslProtocol, clientTls.NegotiatedCipherSuite, clientTls.RemoteCertificate!.Subject);
    }

    /// <summary>What a server answers to bytes that a client of this library would not send: all of it, until it closes.</summary>
    public static async Task<byte[]> AnswerToAsync(SslServerAuthenticationOptions server, byte[] opening)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        NetworkStream stream = client.GetStream();
        using (TcpClient accepted = await accepting)
        {
            await using var serverTls = new SslStream(accepted.GetStream());
            Task serving = serverTls.AuthenticateAsServerAsync(server);
            await stream.WriteAsync(opening);
            client.Client.Shutdown(SocketShutdown.Send);
            Assert.That(() => serving, Throws.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
        }

        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // Closed with bytes of ours unread, the connection is reset instead of ended.
        }

        return answer.ToArray();
    }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>What both ends of a connection between nodes are held to.</summary>
internal static class NodePeerOptions
{
    /// <summary>The port for other nodes, unless another is named.</summary>
    public const int DefaultPort = 8082;

    /// <summary>Time for a connection to a peer; beyond it the peer counts as gone.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Pause before a silent connection is asked for a sign of life, and time for the sign.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of a message of the protocol: a frame, with what stands around it.</summary>
    public const int MaxMessageBytes = Replication.Transport.RaftMessageLimits.MaxFrameBytes + 64;

    /// <summary>The listening end. The client's certificate is demanded, and checked by platform and verifier both.</summary>
    public static SslServerAuthenticationOptions Listening(
        ServerCertificateSource own, NodeVerifier verifier, RemoteCertificateValidationCallback check)
    {
        SslServerAuthenticationOptions options = own.ServerOptions();
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = verifier.PolicyFor(NodePeerRole.Dialling);
        options.RemoteCertificateValidationCallback = check;
        return options;
    }

    /// <summary>The dialling end.</summary>
    public static SslClientAuthenticationOptions Dialling(
        ServerCertificateSource own, NodeVerifier verifier, RemoteCertificateValidationCallback check)
    {
        SslServerAuthenticationOptions same = own.ServerOptions();
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = own.Current.Context,
            EnabledSslProtocols = same.EnabledSslProtocols,
            CipherSuitesPolicy = same.CipherSuitesPolicy,
            AllowRenegotiation = false,
            CertificateChainPolicy = verifier.PolicyFor(NodePeerRole.Listening),
            RemoteCertificateValidationCallback = check,
        };
    }

    /// <summary>The certificate as the verifier reads it; null where none was shown.</summary>
    public static X509Certificate2? Shown(X509Certificate? certificate) => certificate as X509Certificate2;
}

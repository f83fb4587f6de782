using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Errors;

namespace Nacre.Security.Certificates;

/// <summary>
/// What a joining node sends to get its certificate: PKCS#10, signed with the key that it holds. Nothing of it is taken over
/// but that key: who the node is, the cluster decides.
/// </summary>
public static class NodeCertificateRequest
{
    /// <summary>Longer requests are refused unread.</summary>
    public const int MaxBytes = 4096;

    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Makes a request.</summary>
    /// <param name="key">The node's key, ECDSA on P-256.</param>
    /// <returns>DER.</returns>
    public static byte[] Make(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new CertificateRequest("CN=Nacre node", key, HashAlgorithmName.SHA256).CreateSigningRequest();
    }

    /// <summary>Reads a request, and makes sure that whoever sent it can sign with the key in it.</summary>
    /// <param name="request">DER, any bytes.</param>
    /// <returns>The key. Error: Malformed.</returns>
    public static Result<PublicKey> Read(ReadOnlySpan<byte> request)
    {
        if (request.Length is 0 or > MaxBytes)
        {
            return Malformed($"it has {request.Length} bytes, of 1 to {MaxBytes}");
        }

        try
        {
            var read = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256, out int consumed);
            using ECDsa? key = read.PublicKey.GetECDsaPublicKey();
            if (consumed != request.Length || key?.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
            {
                return Malformed("its key is not an ECDSA key on P-256");
            }

            return read.PublicKey;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException)
        {
            return Malformed("it is no PKCS#10, or not signed with its own key");
        }
    }

    private static NacreError Malformed(string finding) =>
        new(ErrorCode.Malformed, $"The certificate request is not usable: {finding}. Join with 'nacre node join'.");
}

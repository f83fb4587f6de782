using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nacre.Core.Errors;

namespace Nacre.Security.Certificates;

/// <summary>
/// Serves the operator's certificate and key from PEM files, and what replaces them. The certificate's file may hold its
/// issuers after it.
/// </summary>
/// <param name="certificatePath">The certificate, PEM.</param>
/// <param name="keyPath">Its private key, PEM, not encrypted.</param>
/// <remarks>
/// Not thread-safe. The files are compared by content: they may be replaced by renaming, or through links, and in either
/// order; while they do not belong together, the certificate before them is served.
/// </remarks>
public sealed class OperatorCertificates(string certificatePath, string keyPath) : IServerCertificateProvider
{
    private byte[]? _loadedHash;

    /// <inheritdoc/>
    public Result<ServerCertificate> Refresh(ServerCertificate? present)
    {
        string certificatePem;
        string keyPem;
        try
        {
            certificatePem = File.ReadAllText(certificatePath);
            keyPem = File.ReadAllText(keyPath);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new NacreError(ErrorCode.NotFound, $"The server's certificate or key cannot be read: {fault.Message}");
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(certificatePem + "\0" + keyPem));
        if (present is not null && hash.AsSpan().SequenceEqual(_loadedHash))
        {
            return present;
        }

        Result<ServerCertificate> loaded = Load(certificatePem, keyPem);
        _loadedHash = loaded.IsOk ? hash : _loadedHash;
        return loaded;
    }

    private Result<ServerCertificate> Load(string certificatePem, string keyPem)
    {
        try
        {
            X509Certificate2 leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificatePem);
            return new ServerCertificate(leaf, [.. all.Skip(1)]);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return new NacreError(
                ErrorCode.Malformed,
                $"The certificate {certificatePath} and the key {keyPath} cannot be served: {fault.Message} Give a PEM certificate and the PEM key, not encrypted, that belongs to it.");
        }
    }
}

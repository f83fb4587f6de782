using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Keys;

namespace Nacre.Security.Certificates;

/// <summary>
/// Serves certificates of the cluster's own authority, which is made at the first start. The authority's key lies
/// sealed in <c>tls/authority</c>; a server's key lives in memory alone and is drawn anew at each start and renewal.
/// Layout in <c>docs/formats/tls.md</c>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - tls/ca.pem is the certificate in tls/authority, whatever was there before.
public sealed partial class OwnCertificates : IServerCertificateProvider
{
    /// <summary>Name of the sealed authority in its folder.</summary>
    public const string AuthorityFileName = "authority";

    /// <summary>Name of the authority's certificate in its folder, for clients.</summary>
    public const string CaCertificateFileName = "ca.pem";

    private const string Purpose = "certificate authority";
    private const int MaxFileBytes = 64 * 1024;
    private static readonly string[] LocalNames = ["localhost", "127.0.0.1", "::1"];

    // A renewal and a sealing anew may meet at the authority's file.
    private readonly Lock _writing = new();
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly SecretSealer _sealer;
    private readonly ClusterId _cluster;
    private readonly string[] _names;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;

    /// <summary>Names what the server is called; reads and writes nothing yet.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The folder, <c>tls</c> in the data folder.</param>
    /// <param name="sealer">Seals the authority's key under the shared domain.</param>
    /// <param name="cluster">Stands in the authority's name.</param>
    /// <param name="names">DNS names and addresses besides <c>localhost</c>, <c>127.0.0.1</c> and <c>::1</c>; each as <see cref="IsName"/> accepts it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws serial numbers.</param>
    public OwnCertificates(
        IFileSystem files, string directory, SecretSealer sealer, ClusterId cluster, IEnumerable<string> names, TimeProvider time, IRandomSource random)
    {
        _files = files;
        _directory = directory;
        _sealer = sealer;
        _cluster = cluster;
        _names = [.. names.Concat(LocalNames).Select(name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
        _time = time;
        _random = random;
        Invariant.Check(_names.All(IsName));
    }

    /// <summary>The authority's certificate, for clients to trust.</summary>
    public string CaCertificatePath => Path.Combine(_directory, CaCertificateFileName);

    private string AuthorityPath => Path.Combine(_directory, AuthorityFileName);

    /// <summary>True for an IP address, or a host name in ASCII of at most 253 characters.</summary>
    public static bool IsName(string name) =>
        IPAddress.TryParse(name, out _)
        || (name.Length is >= 1 and <= 253 && Ascii.IsValid(name) && Uri.CheckHostName(name) == UriHostNameType.Dns);

    /// <inheritdoc/>
    /// <remarks>
    /// A certificate is renewed when a third of its life is left. Throws <see cref="StorageFaultException"/> when the disk
    /// refuses.
    /// </remarks>
    public Result<ServerCertificate> Refresh(ServerCertificate? present)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (present is not null && now < present.NotAfter - ((present.NotAfter - present.NotBefore) / 3))
        {
            return present;
        }

        Result<CertificateAuthority> opened = OpenOrMake(now);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using CertificateAuthority authority = opened.Value;
        if (now >= authority.Certificate.NotAfter)
        {
            return new NacreError(ErrorCode.Malformed, $"The certificate authority {AuthorityPath} expired on {authority.Certificate.NotAfter:O}. Remove it; the next start makes another, which clients must be given.");
        }

        return authority.IssueServer(_names, now, _random);
    }

    /// <summary>Signs a certificate for a node of the cluster; its key is in memory alone.</summary>
    /// <param name="identity">Who the node is.</param>
    /// <returns>Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<ServerCertificate> IssueNode(NodeIdentity identity)
    {
        Invariant.Check(identity.Cluster == _cluster);
        DateTimeOffset now = _time.GetUtcNow();
        Result<CertificateAuthority> opened = OpenOrMake(now);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using CertificateAuthority authority = opened.Value;
        return authority.IssueNode(identity, now, _random);
    }

    /// <summary>The authority's certificate, for whoever checks what it signed.</summary>
    /// <returns>Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<X509Certificate2> AuthorityCertificate()
    {
        Result<CertificateAuthority> opened = OpenOrMake(_time.GetUtcNow());
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using CertificateAuthority authority = opened.Value;
        return X509CertificateLoader.LoadCertificate(authority.Certificate.RawData);
    }

    /// <summary>
    /// Seals the authority anew when its data key is no longer the current one. For whoever is about to destroy data keys.
    /// </summary>
    /// <returns>Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<Unit> Reseal()
    {
        Result<CertificateAuthority> opened = OpenOrMake(_time.GetUtcNow());
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        opened.Value.Dispose();
        return Unit.Value;
    }

    /// <summary>
    /// The data key that the authority is sealed under. Whoever destroys a key asks for it at last: one more rotation may
    /// have come after <see cref="Reseal"/>.
    /// </summary>
    /// <returns>Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<DataKeyId> KeyInUse()
    {
        lock (_writing)
        {
            byte[]? file = AtomicFile.Read(_files, AuthorityPath, MaxFileBytes);
            return file is null ? Corrupt(AuthorityPath, "it is too long") : SecretSealer.KeyOf(file);
        }
    }

    /// <summary>Checks the authority and what is published of it; changes nothing.</summary>
    /// <returns>
    /// Errors: <see cref="ErrorCode.NotFound"/> where no authority is, <see cref="ErrorCode.Corrupt"/>,
    /// <see cref="ErrorCode.Unsupported"/>. Throws <see cref="StorageFaultException"/> when the disk refuses.
    /// </returns>
    public Result<Unit> Verify()
    {
        lock (_writing)
        {
            if (!_files.FileExists(AuthorityPath))
            {
                return new NacreError(ErrorCode.NotFound, $"{AuthorityPath} is not there: the next start makes another authority, which clients must be given.");
            }

            Result<(CertificateAuthority Authority, bool IsStale)> opened = Open();
            if (!opened.IsOk)
            {
                return opened.Error;
            }

            using CertificateAuthority authority = opened.Value.Authority;
            return IsPublished(authority)
                ? Unit.Value
                : new NacreError(ErrorCode.Corrupt, $"{CaCertificatePath} is not the certificate of {AuthorityPath}: the next start writes it anew.");
        }
    }

    private static NacreError Corrupt(string path, string finding) => new(
        ErrorCode.Corrupt,
        $"The certificate authority {path} is damaged: {finding}. Put back a copy; or remove it, and the next start makes another, which clients must be given.");

    private Result<CertificateAuthority> OpenOrMake(DateTimeOffset now)
    {
        lock (_writing)
        {
            Result<CertificateAuthority> authority = _files.FileExists(AuthorityPath) ? OpenCurrent() : Make(now);
            if (authority.IsOk)
            {
                PublishCertificate(authority.Value);
            }

            return authority;
        }
    }

    private Result<CertificateAuthority> Make(DateTimeOffset now)
    {
        CertificateAuthority authority = CertificateAuthority.Make(_cluster, now, _random);
        _files.CreateDirectory(_directory);
        Save(authority);
        return authority;
    }

    /// <summary>Opens the authority, and seals it anew when its data key is no longer the current one.</summary>
    private Result<CertificateAuthority> OpenCurrent()
    {
        Result<(CertificateAuthority Authority, bool IsStale)> opened = Open();
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        if (opened.Value.IsStale)
        {
            Save(opened.Value.Authority);
        }

        return opened.Value.Authority;
    }

    private Result<(CertificateAuthority Authority, bool IsStale)> Open()
    {
        byte[]? file = AtomicFile.Read(_files, AuthorityPath, MaxFileBytes);
        if (file is null)
        {
            return Corrupt(AuthorityPath, "it is too long");
        }

        Result<SecretBytes> opened = _sealer.Open(Purpose, file);
        if (!opened.IsOk)
        {
            return opened.Error.Code == ErrorCode.Corrupt
                ? Corrupt(AuthorityPath, opened.Error.Message)
                : opened.Error with { Message = $"{AuthorityPath}: {opened.Error.Message}" };
        }

        using SecretBytes secret = opened.Value;
        CertificateAuthority? authority = Read(secret.Span);
        if (authority is null)
        {
            return Corrupt(AuthorityPath, "certificate and key do not belong together");
        }

        return (authority, _sealer.IsStale(file));
    }

    private void Save(CertificateAuthority authority)
    {
        using SecretBytes content = ContentOf(authority);
        AtomicFile.Replace(_files, AuthorityPath, _sealer.Seal(Purpose, content.Span));
    }

    private static SecretBytes ContentOf(CertificateAuthority authority)
    {
        byte[] certificate = authority.Certificate.RawData;
        byte[] key = authority.ExportKey();
        var content = new SecretBytes(sizeof(uint) + certificate.Length + key.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(content.Span, (uint)certificate.Length);
        certificate.CopyTo(content.Span[sizeof(uint)..]);
        key.CopyTo(content.Span[(sizeof(uint) + certificate.Length)..]);
        CryptographicOperations.ZeroMemory(key);
        return content;
    }

    /// <summary>Reads what <see cref="ContentOf"/> gives; null for anything else.</summary>
    private static CertificateAuthority? Read(ReadOnlySpan<byte> content)
    {
        long certificateBytes = content.Length < sizeof(uint) ? long.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(content);
        return certificateBytes > content.Length - sizeof(uint)
            ? null
            : CertificateAuthority.Open(
                content.Slice(sizeof(uint), (int)certificateBytes), content[(sizeof(uint) + (int)certificateBytes)..]);
    }

    private void PublishCertificate(CertificateAuthority authority)
    {
        if (!IsPublished(authority))
        {
            AtomicFile.Replace(_files, CaCertificatePath, PemOf(authority));
        }
    }

    private bool IsPublished(CertificateAuthority authority) =>
        _files.FileExists(CaCertificatePath) &&
        AtomicFile.Read(_files, CaCertificatePath, MaxFileBytes) is { } published &&
        published.AsSpan().SequenceEqual(PemOf(authority));

    private static byte[] PemOf(CertificateAuthority authority) =>
        Encoding.ASCII.GetBytes(authority.Certificate.ExportCertificatePem() + "\n");
}

namespace Nacre.Server.Options;

/// <summary>
/// The server's certificate. Without a file the node makes a certificate authority of its own in the data folder,
/// and a certificate for <see cref="Names"/>.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>A PEM file with the certificate and its chain, read again when it changes. Default: none. Change: restart.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The PEM file with the certificate's private key. Required with <see cref="CertificateFile"/>. Change: restart.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Further host names and addresses for the certificate that the node makes, beside the one it listens on, localhost and loopback. Default: none. Change: restart.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}

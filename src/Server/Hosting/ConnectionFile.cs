using System.Text.Json;
using Nacre.Core.Files;

namespace Nacre.Server.Hosting;

/// <summary>What a client on this machine needs: written with mode 0600, since it holds keys.</summary>
/// <param name="Endpoint">Where the node serves, such as <c>https://127.0.0.1:8081</c>.</param>
/// <param name="AccountKey">The primary key, base64.</param>
/// <param name="ReadOnlyKey">The primary read-only key, base64.</param>
/// <param name="CaCertificate">Path of the certificate authority's PEM file; absent where the operator gave the certificate.</param>
public sealed record ConnectionFile(string Endpoint, string AccountKey, string ReadOnlyKey, string? CaCertificate)
{
    /// <summary>Where the cluster's other nodes serve; null where there are none.</summary>
    public IReadOnlyList<string>? Endpoints { get; init; }

    /// <summary>The same as a connection string.</summary>
    public string ToConnectionString() => CaCertificate is null
        ? $"AccountEndpoint={Endpoint};AccountKey={AccountKey};"
        : $"AccountEndpoint={Endpoint};AccountKey={AccountKey};CaCertificate={CaCertificate};";

    /// <summary>Replaces the file, which appears whole or not at all.</summary>
    /// <param name="files">The file system; makes files with mode 0600.</param>
    /// <param name="path">The file.</param>
    public void Write(IFileSystem files, string path)
    {
        string whole = Path.GetFullPath(path);
        string next = whole + ".new";
        files.Delete(next);
        using (IStorageFile file = files.Open(next, StorageFileMode.New))
        {
            file.Write(0, JsonSerializer.SerializeToUtf8Bytes(this, ConnectionFileJson.Default.ConnectionFile));
            file.Flush();
        }

        files.Rename(next, whole);
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Nacre.Client.Transport;

namespace Nacre.Client;

/// <summary>
/// Where the server is, or the nodes of a cluster, and how to be known there: by an account key or a resource token.
/// <see cref="ToString"/> shows neither.
/// </summary>
/// <remarks>Immutable, thread-safe.</remarks>
public sealed partial class NacreConnection
{
    /// <summary>Environment variable with the server's address, or those of several nodes with commas between them.</summary>
    public const string EndpointVariable = "NACRE_ENDPOINT";

    /// <summary>Environment variable with the account key.</summary>
    public const string KeyVariable = "NACRE_KEY";

    /// <summary>Environment variable with a resource token; it goes before every key.</summary>
    public const string TokenVariable = "NACRE_TOKEN";

    /// <summary>Environment variable with the path of the certificate authority's PEM file.</summary>
    public const string CaCertificateVariable = "NACRE_CA";

    /// <summary>Environment variable with the path of a connection file; asked when neither address nor key are in the environment.</summary>
    public const string ConnectionFileVariable = "NACRE_CONNECTION_FILE";

    /// <summary>Describes a server.</summary>
    /// <param name="endpoint"><c>https://HOST:PORT</c>; there is no plain-text listener.</param>
    /// <param name="accountKey">An account key, base64.</param>
    /// <param name="caCertificatePath">
    /// PEM file with the certificates that the server's certificate must chain to. Null: the operating system's trusted
    /// authorities. The host name is checked either way.
    /// </param>
    /// <exception cref="ArgumentException">The address is not an absolute https address, or the key is not base64.</exception>
    public NacreConnection(Uri endpoint, string accountKey, string? caCertificatePath = null)
        : this(One(endpoint), accountKey, caCertificatePath)
    {
    }

    /// <summary>Describes a cluster.</summary>
    /// <param name="endpoints">At least one node, each <c>https://HOST:PORT</c>; the first is dialled first. What is there twice counts once.</param>
    /// <param name="accountKey">An account key, base64.</param>
    /// <param name="caCertificatePath">As for one server; the same for all nodes.</param>
    /// <exception cref="ArgumentException">There is no address, one is not an absolute https address, or the key is not base64.</exception>
    public NacreConnection(IEnumerable<Uri> endpoints, string accountKey, string? caCertificatePath = null)
        : this(endpoints, caCertificatePath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(accountKey);
        if (!TryDecode(accountKey, out byte[] key))
        {
            throw new ArgumentException("The account key is not base64, or shorter than 16 bytes.", nameof(accountKey));
        }

        AccountKey = accountKey;
        KeyBytes = key;
    }

    private NacreConnection(IEnumerable<Uri> endpoints, TokenText token, string? caCertificatePath)
        : this(endpoints, caCertificatePath) => TokenParts = token;

    private NacreConnection(IEnumerable<Uri> endpoints, string? caCertificatePath)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        Uri[] distinct = [.. endpoints.Distinct()];
        if (distinct.Length == 0)
        {
            throw new ArgumentException("No endpoint is given.", nameof(endpoints));
        }

        foreach (Uri endpoint in distinct)
        {
            ArgumentNullException.ThrowIfNull(endpoint, nameof(endpoints));
            if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Uri.UriSchemeHttps)
            {
                throw new ArgumentException($"The endpoint '{endpoint}' is not of the form https://HOST:PORT.", nameof(endpoints));
            }
        }

        Endpoints = distinct;
        CaCertificatePath = string.IsNullOrWhiteSpace(caCertificatePath) ? null : caCertificatePath;
    }

    /// <summary>The server's address; the first of several.</summary>
    public Uri Endpoint => Endpoints[0];

    /// <summary>All addresses given, in their order; at least one.</summary>
    public IReadOnlyList<Uri> Endpoints { get; }

    /// <summary>The account key, base64; null with a resource token. A secret.</summary>
    public string? AccountKey { get; }

    /// <summary>PEM file with the authorities to trust; null: the operating system's.</summary>
    public string? CaCertificatePath { get; }

    internal byte[] KeyBytes { get; } = [];

    internal TokenText? TokenParts { get; }

    /// <summary>Describes a server for whoever bears a resource token.</summary>
    /// <param name="endpoint"><c>https://HOST:PORT</c>.</param>
    /// <param name="token">As <see cref="ResourceToken.Token"/> holds it. A secret.</param>
    /// <param name="caCertificatePath">As for the constructor.</param>
    /// <exception cref="ArgumentException">The address is not an absolute https address, or the text is no resource token; the message does not repeat it.</exception>
    public static NacreConnection ForToken(Uri endpoint, string token, string? caCertificatePath = null) =>
        ForToken(One(endpoint), token, caCertificatePath);

    /// <summary>Describes a cluster for whoever bears a resource token.</summary>
    /// <param name="endpoints">As for the constructor.</param>
    /// <param name="token">As <see cref="ResourceToken.Token"/> holds it. A secret.</param>
    /// <param name="caCertificatePath">As for the constructor.</param>
    /// <exception cref="ArgumentException">An address is not an absolute https address, or the text is no resource token; the message does not repeat it.</exception>
    public static NacreConnection ForToken(IEnumerable<Uri> endpoints, string token, string? caCertificatePath = null) =>
        TokenText.TryParse(token) is { } parts
            ? new NacreConnection(endpoints, parts, caCertificatePath)
            : throw new ArgumentException("The text is no resource token, or not all of one.", nameof(token));

    /// <summary>
    /// Reads <c>AccountEndpoint=https://…;AccountKey=…;CaCertificate=PATH;</c>, or <c>ResourceToken=…</c> in place of the key.
    /// Names in any case; the certificate is optional; several nodes of a cluster stand with commas between them:
    /// <c>AccountEndpoint=https://a:8081,https://b:8081;…</c>.
    /// </summary>
    /// <param name="connectionString">As the server prints it.</param>
    /// <exception cref="FormatException">A part is missing, unknown or given twice; the message does not repeat the key.</exception>
    public static NacreConnection Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? "" : part[..equals].TrimEnd();
            if (!name.Equals("AccountEndpoint", StringComparison.OrdinalIgnoreCase) &&
                !name.Equals("AccountKey", StringComparison.OrdinalIgnoreCase) &&
                !name.Equals("ResourceToken", StringComparison.OrdinalIgnoreCase) &&
                !name.Equals("CaCertificate", StringComparison.OrdinalIgnoreCase))
            {
                throw new FormatException(
                    "A connection string has the form AccountEndpoint=https://HOST:PORT;AccountKey=BASE64;CaCertificate=PATH; or ResourceToken=TOKEN in place of the key.");
            }

            if (!parts.TryAdd(name, part[(equals + 1)..].TrimStart()))
            {
                throw new FormatException($"The connection string gives {name} twice.");
            }
        }

        if (parts.ContainsKey("AccountKey") && parts.ContainsKey("ResourceToken"))
        {
            throw new FormatException("The connection string gives both a key and a token.");
        }

        return Make(
            Split(parts.GetValueOrDefault("AccountEndpoint")),
            parts.GetValueOrDefault("AccountKey"),
            parts.GetValueOrDefault("ResourceToken"),
            parts.GetValueOrDefault("CaCertificate"),
            "The connection string");
    }

    /// <summary>
    /// Reads a connection file: JSON with <c>endpoint</c>, <c>accountKey</c>, <c>readOnlyKey</c> and <c>caCertificate</c>, as
    /// <c>nacre server --connection-file</c> writes it, and optionally <c>endpoints</c>, an array with further nodes of a cluster.
    /// </summary>
    /// <param name="path">The file. A relative certificate path in it counts from the file's folder.</param>
    /// <param name="readOnly">True: use the read-only key.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file is not such JSON, or lacks a part.</exception>
    public static NacreConnection Load(string path, bool readOnly = false) => Load(path, readOnly, null);

    /// <summary>Reads the address and the certificate out of a connection file, for whoever bears a resource token; the file need hold no key.</summary>
    /// <param name="path">As for <see cref="Load(string, bool)"/>.</param>
    /// <param name="token">As <see cref="ResourceToken.Token"/> holds it. A secret.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file is not such JSON or lacks a part, or the text is no resource token.</exception>
    public static NacreConnection LoadForToken(string path, string token)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return Load(path, readOnly: false, token);
    }

    private static NacreConnection Load(string path, bool readOnly, string? token)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ConnectionFile? file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConnectionFileContext.Default.ConnectionFile);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The connection file '{path}' is not valid JSON.", e);
        }

        string? ca = file?.CaCertificate;
        if (ca is not null)
        {
            ca = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ca);
        }

        return Make(
            [file?.Endpoint, .. file?.Endpoints ?? []], readOnly ? file?.ReadOnlyKey : file?.AccountKey, token, ca, $"The connection file '{path}'");
    }

    /// <summary>
    /// Reads the environment variables <c>NACRE_ENDPOINT</c>, <c>NACRE_KEY</c> and, optional, <c>NACRE_CA</c>; where neither
    /// of the first two is set, the connection file that <c>NACRE_CONNECTION_FILE</c> names. A resource token in
    /// <c>NACRE_TOKEN</c> goes before the key of either.
    /// </summary>
    /// <exception cref="IOException">The connection file cannot be read.</exception>
    /// <exception cref="FormatException">A variable is missing or not well formed.</exception>
    public static NacreConnection FromEnvironment() => FromVariables(Environment.GetEnvironmentVariable);

    /// <summary>As <see cref="FromEnvironment"/>, from anything that knows values by name, such as a configuration.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <exception cref="IOException">The connection file cannot be read.</exception>
    /// <exception cref="FormatException">A variable is missing or not well formed.</exception>
    public static NacreConnection FromVariables(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        string? endpoint = variable(EndpointVariable);
        string? key = variable(KeyVariable);
        string? token = variable(TokenVariable);
        token = string.IsNullOrEmpty(token) ? null : token;
        return string.IsNullOrEmpty(endpoint) && string.IsNullOrEmpty(key) && variable(ConnectionFileVariable) is { Length: > 0 } file
            ? Load(file, readOnly: false, token)
            : Make(
                Split(endpoint), key, token, variable(CaCertificateVariable),
                $"The environment ({EndpointVariable} and {KeyVariable} or {TokenVariable}, or {ConnectionFileVariable})");
    }

    /// <summary>The addresses, with commas between them; never the key or token.</summary>
    public override string ToString() => string.Join(',', Endpoints);

    private static NacreConnection Make(IEnumerable<string?> endpoints, string? key, string? token, string? ca, string source)
    {
        List<Uri> uris = [];
        foreach (string endpoint in endpoints.OfType<string>())
        {
            uris.Add(Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttps
                ? uri
                : throw new FormatException($"{source} names an endpoint that is not of the form https://HOST:PORT."));
        }

        if (uris.Count == 0)
        {
            throw new FormatException($"{source} names no endpoint of the form https://HOST:PORT.");
        }

        if (token is not null)
        {
            return TokenText.TryParse(token) is { } parts
                ? new NacreConnection(uris, parts, ca)
                : throw new FormatException($"{source} holds a token that is none, or not all of one.");
        }

        if (string.IsNullOrWhiteSpace(key) || !TryDecode(key, out _))
        {
            throw new FormatException($"{source} holds no account key in base64.");
        }

        return new NacreConnection(uris, key, ca);
    }

    private static string[] Split(string? endpoints) =>
        endpoints?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static Uri[] One(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return [endpoint];
    }

    private static bool TryDecode(string accountKey, out byte[] key)
    {
        key = new byte[accountKey.Length];
        if (!Convert.TryFromBase64String(accountKey, key, out int length) || length < 16)
        {
            return false;
        }

        key = key[..length];
        return true;
    }

    internal sealed record ConnectionFile(string? Endpoint, string[]? Endpoints, string? AccountKey, string? ReadOnlyKey, string? CaCertificate);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(ConnectionFile))]
    internal sealed partial class ConnectionFileContext : JsonSerializerContext;
}

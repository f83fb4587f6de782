using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Nacre.Core.Errors;

namespace Nacre.Security.Authentication;

/// <summary>
/// The bearer token of those who read the metrics, and nothing else: it opens no other path. Kept as its SHA-256, and
/// compared in constant time.
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed class ScrapeToken
{
    /// <summary>Fewest characters: 32 random bytes in base64 without padding.</summary>
    public const int LeastCharacters = 43;

    private const int MostCharacters = 1024;
    private const string Scheme = "Bearer ";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private readonly byte[] _hash;

    private ScrapeToken(string token) => _hash = SHA256.HashData(Encoding.ASCII.GetBytes(token));

    /// <summary>Reads the token from its file; white space around it is left away.</summary>
    /// <param name="path">A file that not everybody on the machine may read.</param>
    /// <returns>The token. Error: <see cref="ErrorCode.Malformed"/>, which says what to do and nothing of the token.</returns>
    public static Result<ScrapeToken> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string token;
        try
        {
            if (OperatingSystem.IsLinux() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
            {
                return new NacreError(ErrorCode.Malformed, $"The scrape token's file {path} is open to everybody: chmod 0640 or 0600.");
            }

            token = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new NacreError(ErrorCode.Malformed, $"The scrape token's file cannot be read: {e.Message}");
        }

        return token.Length is >= LeastCharacters and <= MostCharacters && !token.AsSpan().ContainsAnyExcept(TokenCharacters)
            ? new ScrapeToken(token)
            : new NacreError(
                ErrorCode.Malformed,
                $"The scrape token in {path} must be one line of {LeastCharacters} to {MostCharacters} letters, digits and -._~+/=: 'openssl rand -base64 32' makes one.");
    }

    /// <summary>Whether a header carries this token.</summary>
    /// <param name="authorization">The value of <c>Authorization</c>, or null.</param>
    public bool IsIn(string? authorization)
    {
        if (authorization is null ||
            authorization.Length > Scheme.Length + MostCharacters ||
            !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Hashes are compared, so that neither content nor length of the token shows in the time it takes.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(authorization, Scheme.Length, authorization.Length - Scheme.Length), hash);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }
}

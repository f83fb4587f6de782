using System.Security.Cryptography;
using Nacre.Core.Control;
using Nacre.Core.Errors;

namespace Nacre.Security.Tokens;

/// <summary>Checks join tokens against the catalogue.</summary>
public static class JoinTokens
{
    // The same for a token that is not there and for a wrong secret: whoever guesses learns nothing of either.
    private static readonly NacreError Unknown = new(
        ErrorCode.Unauthenticated, "The join token was used, has expired, or is not one of this cluster's. Make a new one with 'nacre node token'.");

    private static readonly NacreError Expired = new(
        ErrorCode.TokenExpired, "The join token's time is over. Make a new one with 'nacre node token'.");

    /// <summary>Checks a token. Whether it is used meanwhile, the command that uses it tells.</summary>
    /// <param name="catalog">The catalogue of now.</param>
    /// <param name="id">The token's id.</param>
    /// <param name="secret">Its secret, any bytes. Compared in constant time, by its hash.</param>
    /// <param name="now">The clock.</param>
    /// <returns>Null; or Unauthenticated, TokenExpired.</returns>
    public static NacreError? Check(Catalog catalog, UInt128 id, ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        Span<byte> hash = stackalloc byte[CreateJoinToken.SecretHashBytes];
        SHA256.HashData(secret, hash);
        JoinTokenRecord? record = catalog.FindJoinToken(id);
        bool matches = CryptographicOperations.FixedTimeEquals(hash, record is null ? new byte[hash.Length] : record.SecretHash.Span);
        return record is null || !matches ? Unknown
            : record.Expires <= now ? Expired
            : null;
    }
}

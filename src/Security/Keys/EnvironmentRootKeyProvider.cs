using System.Security.Cryptography;
using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>Takes the root key from an environment variable: 32 bytes in base64, put there by the operator's secret store.</summary>
/// <param name="variable">The variable's name.</param>
/// <param name="read">Reads a variable; the process's own environment in the product.</param>
public sealed class EnvironmentRootKeyProvider(string variable, Func<string, string?> read) : IRootKeyProvider
{
    /// <summary>Reads the process's own environment.</summary>
    /// <param name="variable">The variable's name.</param>
    public EnvironmentRootKeyProvider(string variable)
        : this(variable, Environment.GetEnvironmentVariable)
    {
    }

    /// <inheritdoc/>
    public string Name => $"env:{variable}";

    /// <inheritdoc/>
    public Result<RootKey> Open(RootKeyId? expected)
    {
        if (read(variable) is not { Length: > 0 } text)
        {
            return new NacreError(ErrorCode.RootKeyUnavailable, $"The environment variable {variable} is not set. Put the root key into it: 32 bytes in base64, as `openssl rand -base64 32` prints them.");
        }

        Span<byte> key = stackalloc byte[RootKey.SizeBytes + 1];
        try
        {
            if (!Convert.TryFromBase64String(text.Trim(), key, out int length) || length != RootKey.SizeBytes)
            {
                return new NacreError(ErrorCode.RootKeyUnavailable, $"The environment variable {variable} does not hold 32 bytes in base64.");
            }

            RootKey opened = RootKey.CopyOf(key[..RootKey.SizeBytes]);
            if (expected is not null && opened.Id != expected)
            {
                RootKeyId found = opened.Id;
                opened.Dispose();
                return RootKeyErrors.Wrong(Name, found, expected.Value);
            }

            return opened;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}

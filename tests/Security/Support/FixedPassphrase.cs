using System.Text;
using Nacre.Core.Errors;
using Nacre.Security.Keys;

namespace Nacre.Security.Tests.Support;

/// <summary>A passphrase that the test knows; null for an operator who gives none.</summary>
internal sealed class FixedPassphrase(string? phrase) : IPassphraseSource
{
    public int Asked { get; private set; }

    public Result<SecretBytes> Read(string purpose, bool isNew)
    {
        Asked++;
        return phrase is null
            ? new NacreError(ErrorCode.RootKeyUnavailable, $"no passphrase for {purpose}")
            : SecretBytes.CopyOf(Encoding.UTF8.GetBytes(phrase));
    }
}

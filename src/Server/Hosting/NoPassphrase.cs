using Nacre.Core.Errors;
using Nacre.Security.Keys;

namespace Nacre.Server.Hosting;

/// <summary>Stands where nobody can be asked for a passphrase.</summary>
internal sealed class NoPassphrase : IPassphraseSource
{
    private NoPassphrase()
    {
    }

    /// <summary>The one instance.</summary>
    public static NoPassphrase Instance { get; } = new();

    /// <inheritdoc/>
    public Result<SecretBytes> Read(string purpose, bool isNew) => new NacreError(
        ErrorCode.RootKeyUnavailable, $"The passphrase of {purpose} is needed: name its file in NACRE_ROOT_PASSPHRASE_FILE.");
}

using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>How an operator names a root key: <c>file:PATH</c> or <c>env:NAME</c>.</summary>
public static class RootKeyReference
{
    /// <summary>Reads a reference.</summary>
    /// <param name="text">As given on the command line or in the configuration.</param>
    /// <param name="passphrase">Asked for by a <c>file:</c> reference.</param>
    /// <param name="files">The file system.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Cryptographic in the product.</param>
    /// <returns>The provider; it has not been asked yet. Error: <see cref="ErrorCode.RootKeyUnavailable"/> for a text that is no reference.</returns>
    public static Result<IRootKeyProvider> Parse(
        string text, IPassphraseSource passphrase, IFileSystem files, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':', 2) switch
        {
            ["file", { Length: > 0 } path] => new FileRootKeyProvider(Path.GetFullPath(path), passphrase, files, time, random),
            ["env", { Length: > 0 } variable] => new EnvironmentRootKeyProvider(variable),
            _ => new NacreError(ErrorCode.RootKeyUnavailable, $"'{text}' names no root key. Write file:PATH or env:NAME."),
        };
    }
}

using Nacre.Security.Keys;

namespace Nacre.Cli.Hosting;

/// <summary>Where the root key's passphrase comes from: a file, a credential of the service manager, a prompt.</summary>
internal static class Passphrases
{
    /// <summary>Names a file that holds the passphrase.</summary>
    public const string FileVariable = "NACRE_ROOT_PASSPHRASE_FILE";

    /// <summary>The credential of systemd's <c>LoadCredential=</c>.</summary>
    public const string CredentialName = "nacre-root-passphrase";

    /// <summary>Finds the source; null where there is none and nobody can be asked.</summary>
    public static IPassphraseSource? Find(Terminal terminal)
    {
        if (terminal.Variable(FileVariable) is { Length: > 0 } file)
        {
            return new FilePassphraseSource(file);
        }

        if (terminal.Variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder &&
            Path.Combine(folder, CredentialName) is var credential && File.Exists(credential))
        {
            return new FilePassphraseSource(credential);
        }

        return terminal.InputIsTerminal ? new PromptPassphrase(terminal) : null;
    }
}

using System.CommandLine;
using Nacre.Cli.Hosting;
using Nacre.Cli.Output;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Security.Keys;
using Nacre.Storage.Files;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre keys create-root FILE</c></summary>
internal static class RootKeyCommand
{
    public static Command Make(GlobalOptions global)
    {
        Argument<string> path = new("FILE") { Description = "The file to make. Keep a copy in another place: without it and its passphrase the data is lost." };
        return new Command("create-root", "Makes a root key in a file of its own, sealed under a passphrase.")
            .With(path)
            .Does((parsed, _) =>
            {
                string file = Path.GetFullPath(parsed.GetRequiredValue(path));
                if (File.Exists(file))
                {
                    throw CliException.Usage($"'{file}' is there already, and a root key is never replaced.");
                }

                IPassphraseSource passphrase = Passphrases.Find(global.Terminal)
                    ?? throw CliException.Usage($"Nobody can be asked for a passphrase: name the file that holds it in {Passphrases.FileVariable}.");
                var provider = new FileRootKeyProvider(file, passphrase, PosixFileSystem.Instance, global.Terminal.Time, CryptographicRandom.Instance);
                Result<RootKey> made = provider.Open(expected: null);
                if (!made.IsOk)
                {
                    throw CliException.Usage(made.Error.Message);
                }

                using RootKey key = made.Value;
                global.Results(parsed).Write(
                    new CreatedRootKey(file, key.Id.ToString()),
                    CliJson.Plain.CreatedRootKey,
                    console => console.WriteLine($"Root key {key.Id} is in {file}. Start the server with --root-key file:{file}"));
                return Task.CompletedTask;
            });
    }
}

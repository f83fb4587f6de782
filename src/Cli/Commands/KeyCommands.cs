using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre keys …</c></summary>
internal static class KeyCommands
{
    public static Command Make(GlobalOptions global) => new Command("keys", "Account keys, and the keys that protect the data at rest.")
        .With(List(global), Regenerate(global), RotateTokens(global), Status(global), Rotate(global), RootKeyCommand.Make(global));

    private static Command List(GlobalOptions global) =>
        new Command("list", "Lists the account keys, without the keys themselves.").Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            IReadOnlyList<AccountKeyProperties> keys = await client.Keys.ListAsync(cancellationToken).ConfigureAwait(false);
            global.Results(parsed).Write(keys, CliJson.Plain.IReadOnlyListAccountKeyProperties, console => console.Write(ResultWriter.Table(
                ["KIND", "KEY ID", "CREATED"], keys, key => [key.Kind.ToString(), key.KeyId, ResultWriter.Time(key.CreatedAt)])));
        });

    private static Command Regenerate(GlobalOptions global)
    {
        Argument<AccountKeyKind> kind = Choice.Argument<AccountKeyKind>("KIND", "Which of the four account keys:");
        return new Command("regenerate", "Draws an account key anew and prints it; whoever signs with the old one is refused from then on.")
            .With(kind)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                RegeneratedKey made = await client.Keys.RegenerateAsync(parsed.GetRequiredValue(kind), cancellationToken).ConfigureAwait(false);
                AccountKeyProperties properties = made.Properties;
                ResultWriter results = global.Results(parsed);
                results.Write(
                    new NewKey(properties.Kind, properties.KeyId, properties.CreatedAt, made.Key),
                    CliJson.Plain.NewKey,
                    console => console.WriteLine(made.Key));
                if (!results.IsJson)
                {
                    results.Tell($"This is the new {properties.Kind} key ({properties.KeyId}). It is not shown again; put it where its clients read it.");
                }
            });
    }

    private static Command RotateTokens(GlobalOptions global)
    {
        Option<bool> revoke = new("--revoke") { Description = "No resource token made before is good any more, at once." };
        return new Command("rotate-tokens", "Draws the key anew that resource tokens are made under. Those made under the one before stay good until they end.")
            .With(revoke)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                TokenKeyProperties key = await client.Keys.RotateTokenKeyAsync(parsed.GetValue(revoke), cancellationToken).ConfigureAwait(false);
                global.Results(parsed).Write(key, CliJson.Plain.TokenKeyProperties, console => console.Write(ResultWriter.Table(
                    ["TOKEN KEY", "CREATED"],
                    [key],
                    drawn => [drawn.Generation.ToString(CultureInfo.InvariantCulture), ResultWriter.Time(drawn.CreatedAt)])));
            });
    }

    private static Command Status(GlobalOptions global) =>
        new Command("status", "Shows which keys protect the data at rest.").Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Print(global.Results(parsed), await client.Keys.GetEncryptionKeysAsync(cancellationToken).ConfigureAwait(false));
        });

    private static Command Rotate(GlobalOptions global)
    {
        Option<EncryptionKeyScope> scope = Choice.Option(
            "--scope", [], "New data keys; new domain keys and new data keys; or a new root key.", EncryptionKeyScope.Data);
        Option<bool> reencrypt = new("--reencrypt")
        {
            Description = "Also write anew what older data keys protect, in the background, so that those can be destroyed.",
        };
        return new Command("rotate", "Replaces the keys that protect the data at rest, while the server goes on.")
            .With(scope, reencrypt)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                EncryptionKeys keys = await client.Keys
                    .RotateEncryptionKeysAsync(parsed.GetValue(scope), parsed.GetValue(reencrypt), cancellationToken)
                    .ConfigureAwait(false);
                Print(global.Results(parsed), keys);
            });
    }

    private static void Print(ResultWriter results, EncryptionKeys keys) => results.Write(keys, CliJson.Plain.EncryptionKeys, console =>
    {
        console.WriteLine($"Root key {keys.RootKeyId} from {keys.RootKeyProvider}; re-encryption {(keys.IsReencrypting ? "is running" : "is not running")}.");
        console.WriteLine();
        console.Write(ResultWriter.Table(
            ["DATA KEY", "DOMAIN", "STATE", "CREATED"],
            keys.DataKeys,
            key =>
            [
                key.Id.ToString(CultureInfo.InvariantCulture),
                key.Domain.ToString(CultureInfo.InvariantCulture),
                key.State,
                ResultWriter.Time(key.CreatedAt),
            ]));
    });
}

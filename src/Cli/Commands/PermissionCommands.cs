using System.CommandLine;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre permission …</c></summary>
internal static class PermissionCommands
{
    public static Command Make(GlobalOptions global) => new Command("permission", "Permissions: what a user may do to one resource, and the tokens that stand for it.")
        .With(
            Write(global, "create", "Gives a user a permission.", withIfMatch: false),
            Get(global),
            List(global),
            Write(global, "replace", "Changes what a permission allows; tokens made before stop at once.", withIfMatch: true),
            Delete(global),
            Token(global));

    private static Command Write(GlobalOptions global, string verb, string description, bool withIfMatch)
    {
        Arguments at = new();
        Option<PermissionMode> mode = Choice.Option("--mode", [], "How far it goes.", PermissionMode.Read);
        mode.DefaultValueFactory = null;
        mode.Required = true;
        Option<string> resource = new("--resource", "-r")
        {
            Description = "To what: dbs/DB/colls/CONTAINER, and below that docs/ID, docs/ID/attachments/ID, sprocs/ID, triggers/ID or udfs/ID.",
            HelpName = "PATH",
            Required = true,
        };
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: false);
        Option<string?>? ifMatch = withIfMatch ? CommonArguments.IfMatch() : null;
        return new Command(verb, description)
            .With(at.All.Concat(new Symbol?[] { mode, resource, partitionKey, ifMatch }.OfType<Symbol>()))
            .Does(async (parsed, cancellationToken) =>
            {
                var settings = new PermissionSettings(parsed.GetRequiredValue(mode), parsed.GetRequiredValue(resource))
                {
                    PartitionKey = PartitionKeyText.Parse(parsed.GetValue(partitionKey)),
                };
                await using NacreClient client = global.Connect(parsed);
                Permission permission = at.Of(client, parsed);
                Print(global.Results(parsed), ifMatch is null
                    ? await permission.CreateAsync(settings, cancellationToken).ConfigureAwait(false)
                    : await permission.ReplaceAsync(settings, parsed.GetValue(ifMatch), cancellationToken).ConfigureAwait(false));
            });
    }

    private static Command Get(GlobalOptions global)
    {
        Arguments at = new();
        return new Command("get", "Shows a permission.").With(at.All).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Print(global.Results(parsed), await at.Of(client, parsed).GetAsync(cancellationToken).ConfigureAwait(false));
        });
    }

    private static Command List(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> user = CommonArguments.User();
        return new Command("list", "Lists a user's permissions by name.").With(database, user).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            List<PermissionProperties> found = await client
                .GetDatabase(parsed.GetRequiredValue(database)).GetUser(parsed.GetRequiredValue(user)).ListPermissions()
                .ReadAllAsync(cancellationToken).ConfigureAwait(false);
            List<ShownPermission> permissions = found.ConvertAll(ShownPermission.Of);
            global.Results(parsed).Write(permissions, CliJson.Plain.ListShownPermission, console => console.Write(TableOf(permissions)));
        });
    }

    private static Command Delete(GlobalOptions global)
    {
        Arguments at = new();
        Option<string?> ifMatch = CommonArguments.IfMatch();
        return new Command("delete", "Deletes a permission; its tokens stop at once.").With([.. at.All, ifMatch]).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Permission permission = at.Of(client, parsed);
            await permission.DeleteAsync(parsed.GetValue(ifMatch), cancellationToken).ConfigureAwait(false);
            global.Results(parsed).WriteDeleted(permission.Name);
        });
    }

    private static Command Token(GlobalOptions global)
    {
        Arguments at = new();
        Option<int> lifetime = new("--lifetime")
        {
            Description = "How long the token lasts: 600 to 86,400 seconds.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 3600,
        };
        return new Command("token", "Draws a token that stands for a permission and prints it. Whoever has it can use it: set it as NACRE_TOKEN.")
            .With([.. at.All, lifetime])
            .Does(async (parsed, cancellationToken) =>
            {
                int seconds = parsed.GetValue(lifetime);
                if (seconds is < 600 or > 86_400)
                {
                    throw CliException.Usage("--lifetime lies between 600 and 86400 seconds.");
                }

                await using NacreClient client = global.Connect(parsed);
                ResourceToken token = await at.Of(client, parsed).GetTokenAsync(TimeSpan.FromSeconds(seconds), cancellationToken).ConfigureAwait(false);
                ResultWriter results = global.Results(parsed);
                results.Write(new NewToken(token.Token, token.ExpiresAt), CliJson.Plain.NewToken, console => console.WriteLine(token.Token));
                if (!results.IsJson)
                {
                    results.Tell($"Good until {ResultWriter.Time(token.ExpiresAt)}, or until the permission is changed or deleted.");
                }
            });
    }

    private static void Print(ResultWriter results, PermissionProperties permission)
    {
        ShownPermission shown = ShownPermission.Of(permission);
        results.Write(shown, CliJson.Plain.ShownPermission, console => console.Write(TableOf([shown])));
    }

    private static Table TableOf(IReadOnlyList<ShownPermission> permissions) => ResultWriter.Table(
        ["NAME", "MODE", "RESOURCE", "PARTITION KEY", "CREATED", "ETAG"],
        permissions,
        permission =>
        [
            permission.Name, permission.Mode.ToString(), permission.Resource, permission.PartitionKey ?? "",
            ResultWriter.Time(permission.CreatedAt), permission.ETag,
        ]);

    /// <summary>The three names that lead to a permission.</summary>
    private sealed class Arguments
    {
        private readonly Argument<string> _database = CommonArguments.Database();
        private readonly Argument<string> _user = CommonArguments.User();
        private readonly Argument<string> _name = new("PERMISSION") { Description = "The permission's name." };

        public Symbol[] All => [_database, _user, _name];

        public Permission Of(NacreClient client, ParseResult parsed) => client
            .GetDatabase(parsed.GetRequiredValue(_database))
            .GetUser(parsed.GetRequiredValue(_user))
            .GetPermission(parsed.GetRequiredValue(_name));
    }
}

using System.CommandLine;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre user …</c></summary>
internal static class UserCommands
{
    public static Command Make(GlobalOptions global) => new Command("user", "Users of a database: names that permissions are given to.")
        .With(Create(global), Get(global), List(global), Delete(global));

    private static Command Create(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> user = CommonArguments.User();
        return new Command("create", "Makes a user.").With(database, user).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Print(global.Results(parsed), await client
                .GetDatabase(parsed.GetRequiredValue(database)).GetUser(parsed.GetRequiredValue(user)).CreateAsync(cancellationToken)
                .ConfigureAwait(false));
        });
    }

    private static Command Get(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> user = CommonArguments.User();
        return new Command("get", "Shows a user.").With(database, user).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Print(global.Results(parsed), await client
                .GetDatabase(parsed.GetRequiredValue(database)).GetUser(parsed.GetRequiredValue(user)).GetAsync(cancellationToken)
                .ConfigureAwait(false));
        });
    }

    private static Command List(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        return new Command("list", "Lists a database's users by name.").With(database).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            List<UserProperties> users = await client
                .GetDatabase(parsed.GetRequiredValue(database)).ListUsers().ReadAllAsync(cancellationToken).ConfigureAwait(false);
            global.Results(parsed).Write(users, CliJson.Plain.ListUserProperties, console => console.Write(TableOf(users)));
        });
    }

    private static Command Delete(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> user = CommonArguments.User();
        Option<string?> ifMatch = CommonArguments.IfMatch();
        return new Command("delete", "Deletes a user with its permissions; its tokens stop at once.")
            .With(database, user, ifMatch)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                string name = parsed.GetRequiredValue(user);
                await client.GetDatabase(parsed.GetRequiredValue(database)).GetUser(name)
                    .DeleteAsync(parsed.GetValue(ifMatch), cancellationToken).ConfigureAwait(false);
                global.Results(parsed).WriteDeleted(name);
            });
    }

    private static void Print(ResultWriter results, UserProperties user) =>
        results.Write(user, CliJson.Plain.UserProperties, console => console.Write(TableOf([user])));

    private static Table TableOf(IReadOnlyList<UserProperties> users) => ResultWriter.Table(
        ["NAME", "CREATED", "ETAG"], users, user => [user.Name, ResultWriter.Time(user.CreatedAt), user.ETag]);
}

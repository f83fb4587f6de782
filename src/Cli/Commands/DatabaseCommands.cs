using System.CommandLine;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre db …</c></summary>
internal static class DatabaseCommands
{
    public static Command Make(GlobalOptions global) => new Command("db", "Databases: named groups of containers.")
        .With(Create(global), List(global), Get(global), Delete(global));

    private static Command Create(GlobalOptions global)
    {
        Argument<string> name = CommonArguments.Database();
        return new Command("create", "Makes a database.").With(name).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Print(global.Results(parsed), await client.GetDatabase(parsed.GetRequiredValue(name)).CreateAsync(cancellationToken).ConfigureAwait(false));
        });
    }

    private static Command Get(GlobalOptions global)
    {
        Argument<string> name = CommonArguments.Database();
        return new Command("get", "Shows a database.").With(name).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            Print(global.Results(parsed), await client.GetDatabase(parsed.GetRequiredValue(name)).GetAsync(cancellationToken).ConfigureAwait(false));
        });
    }

    private static Command List(GlobalOptions global) => new Command("list", "Lists the databases by name.").Does(async (parsed, cancellationToken) =>
    {
        await using NacreClient client = global.Connect(parsed);
        List<DatabaseProperties> databases = await client.ListDatabases().ReadAllAsync(cancellationToken).ConfigureAwait(false);
        global.Results(parsed).Write(databases, CliJson.Plain.ListDatabaseProperties, console => console.Write(TableOf(databases)));
    });

    private static Command Delete(GlobalOptions global)
    {
        Argument<string> name = CommonArguments.Database();
        Option<string?> ifMatch = CommonArguments.IfMatch();
        return new Command("delete", "Deletes a database with all that it holds.").With(name, ifMatch).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            string database = parsed.GetRequiredValue(name);
            await client.GetDatabase(database).DeleteAsync(parsed.GetValue(ifMatch), cancellationToken).ConfigureAwait(false);
            global.Results(parsed).WriteDeleted(database);
        });
    }

    private static void Print(ResultWriter results, DatabaseProperties database) =>
        results.Write(database, CliJson.Plain.DatabaseProperties, console => console.Write(TableOf([database])));

    private static Table TableOf(IReadOnlyList<DatabaseProperties> databases) => ResultWriter.Table(
        ["NAME", "CREATED", "ETAG"], databases, database => [database.Name, ResultWriter.Time(database.CreatedAt), database.ETag]);
}

using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre container …</c></summary>
internal static class ContainerCommands
{
    public static Command Make(GlobalOptions global) => new Command("container", "Containers: items that share a partition key definition.")
        .With(Create(global), List(global), Get(global), Delete(global), IndexingCommands.Make(global));

    private static Command Create(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> name = CommonArguments.Container();
        Option<string[]> paths = new("--partition-key", "-p")
        {
            Description = "Where items carry their partition key, such as /country; once for each level, outermost first, 1 to 3.",
            HelpName = "/PATH",
            Required = true,
        };
        Option<int> ranges = new("--ranges") { Description = "Ranges to begin with, 1 to 64; 0: one for each data shard.", HelpName = "N" };
        Option<string?> indexing = new("--indexing")
        {
            Description = $"How items are indexed: {IndexingText.Shape} Without it every path is indexed.",
            HelpName = "FILE|JSON",
        };
        return new Command("create", "Makes a container.").With(database, name, paths, ranges, indexing).Does(async (parsed, cancellationToken) =>
        {
            string[] chosen = parsed.GetRequiredValue(paths);
            if (chosen.Length > 3 || chosen.Any(path => path.Length < 2 || path[0] != '/'))
            {
                throw CliException.Usage("A container has 1 to 3 partition key paths, each of the form /name or /name/name.");
            }

            int count = parsed.GetValue(ranges);
            if (count is < 0 or > 64)
            {
                throw CliException.Usage("--ranges lies between 0 and 64.");
            }

            IndexingPolicy? policy = parsed.GetValue(indexing) is { } source
                ? await IndexingText.ReadAsync(global.Terminal, source, cancellationToken).ConfigureAwait(false)
                : null;
            await using NacreClient client = global.Connect(parsed);
            ContainerProperties made = await client
                .GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(name))
                .CreateAsync(new ContainerSettings(chosen) { Ranges = count, Indexing = policy }, cancellationToken)
                .ConfigureAwait(false);
            Print(global.Results(parsed), made);
        });
    }

    private static Command Get(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> name = CommonArguments.Container();
        return new Command("get", "Shows a container and its ranges.").With(database, name).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            ContainerProperties container = await client
                .GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(name))
                .GetAsync(cancellationToken)
                .ConfigureAwait(false);
            global.Results(parsed).Write(container, CliJson.Plain.ContainerProperties, console =>
            {
                console.Write(TableOf([container]));
                console.WriteLine();
                console.Write(RangesOf(container));
            });
        });
    }

    private static Command List(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        return new Command("list", "Lists a database's containers by name.").With(database).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            List<ContainerProperties> containers = await client
                .GetDatabase(parsed.GetRequiredValue(database)).ListContainers().ReadAllAsync(cancellationToken).ConfigureAwait(false);
            global.Results(parsed).Write(containers, CliJson.Plain.ListContainerProperties, console => console.Write(TableOf(containers)));
        });
    }

    private static Command Delete(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> name = CommonArguments.Container();
        Option<string?> ifMatch = CommonArguments.IfMatch();
        return new Command("delete", "Deletes a container with all its items.").With(database, name, ifMatch).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            string container = parsed.GetRequiredValue(name);
            await client
                .GetContainer(parsed.GetRequiredValue(database), container)
                .DeleteAsync(parsed.GetValue(ifMatch), cancellationToken)
                .ConfigureAwait(false);
            global.Results(parsed).WriteDeleted(container);
        });
    }

    private static void Print(ResultWriter results, ContainerProperties container) =>
        results.Write(container, CliJson.Plain.ContainerProperties, console => console.Write(TableOf([container])));

    private static Table TableOf(IReadOnlyList<ContainerProperties> containers) => ResultWriter.Table(
        ["NAME", "PARTITION KEY", "RANGES", "CREATED", "ETAG"],
        containers,
        container =>
        [
            container.Name,
            string.Join(' ', container.PartitionKeyPaths),
            container.Ranges.Count.ToString(CultureInfo.InvariantCulture),
            ResultWriter.Time(container.CreatedAt),
            container.ETag,
        ]);

    private static Table RangesOf(ContainerProperties container) => ResultWriter.Table(
        ["RANGE", "FROM", "TO", "GENERATION", "SHARD"],
        container.Ranges,
        range =>
        [
            range.Id.ToString(CultureInfo.InvariantCulture),
            range.Min.Length == 0 ? "-" : range.Min,
            range.Max,
            range.Generation.ToString(CultureInfo.InvariantCulture),
            range.Shard.ToString(CultureInfo.InvariantCulture),
        ]);
}

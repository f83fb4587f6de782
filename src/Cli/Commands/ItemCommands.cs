using System.CommandLine;
using System.Text;
using System.Text.Json;
using Nacre.Cli.Output;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre item …</c></summary>
internal static class ItemCommands
{
    private delegate ValueTask<WriteResult> Write(Container container, ReadOnlyMemory<byte> json, WriteOptions options, CancellationToken cancellationToken);

    public static Command Make(GlobalOptions global) => new Command("item", "Items: JSON documents of at most 2 MiB, each with an id and a partition key.")
        .With(
            Get(global),
            WriteCommand(global, "create", "Creates an item.", ifMatch: null, ifAbsent: null,
                (container, json, options, token) => container.CreateJsonAsync(json, options, token)),
            WriteCommand(global, "upsert", "Creates an item, or replaces it where it is there.", CommonArguments.IfMatch(),
                new Option<bool>("--if-absent") { Description = "Only if it is not there." },
                (container, json, options, token) => container.UpsertJsonAsync(json, options, token)),
            WriteCommand(global, "replace", "Replaces an item.", CommonArguments.IfMatch(), ifAbsent: null,
                (container, json, options, token) => container.ReplaceJsonAsync(json, options, token)),
            Delete(global),
            ItemListCommand.Make(global));

    private static Command Get(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Argument<string> id = CommonArguments.Id();
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: true);
        Option<bool> metadata = new("--metadata") { Description = "With etag, LSN and time, as one JSON object." };
        Option<ConsistencyLevel?> consistency = CommonArguments.Consistency();
        Option<string?> sessionToken = CommonArguments.SessionToken();
        return new Command("get", "Prints an item, byte for byte as it was written.")
            .With(database, container, id, partitionKey, metadata, consistency, sessionToken)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                Item<ReadOnlyMemory<byte>> item = await client
                    .GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container))
                    .ReadJsonAsync(
                        PartitionKeyText.Parse(parsed.GetValue(partitionKey))!.Value, parsed.GetRequiredValue(id),
                        new ReadOptions { Consistency = parsed.GetValue(consistency), SessionToken = parsed.GetValue(sessionToken) },
                        cancellationToken)
                    .ConfigureAwait(false);
                await global.Terminal.Output
                    .WriteLineAsync(parsed.GetValue(metadata)
                        ? JsonSerializer.Serialize(DocumentOf(item), CliJson.Plain.ItemDocument)
                        : Encoding.UTF8.GetString(item.Value.Span))
                    .ConfigureAwait(false);
            });
    }

    private static Command WriteCommand(
        GlobalOptions global, string name, string description, Option<string?>? ifMatch, Option<bool>? ifAbsent, Write write)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Argument<string?> document = new("DOCUMENT")
        {
            Description = "The item as JSON; without it --file, or standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> file = new("--file", "-f") { Description = "A file that holds the item; - for standard input.", HelpName = "FILE" };
        return new Command(name, description)
            .With(new Symbol?[] { database, container, document, file, ifMatch, ifAbsent }.OfType<Symbol>())
            .Does(async (parsed, cancellationToken) =>
            {
                byte[] json = await DocumentAsync(global.Terminal, parsed.GetValue(document), parsed.GetValue(file), cancellationToken).ConfigureAwait(false);
                var options = new WriteOptions
                {
                    IfMatch = ifMatch is null ? null : parsed.GetValue(ifMatch),
                    OnlyIfAbsent = ifAbsent is not null && parsed.GetValue(ifAbsent),
                };
                await using NacreClient client = global.Connect(parsed);
                Container target = client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container));
                Print(global.Results(parsed), await write(target, json, options, cancellationToken).ConfigureAwait(false));
            });
    }

    private static Command Delete(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Argument<string> id = CommonArguments.Id();
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: true);
        Option<string?> ifMatch = CommonArguments.IfMatch();
        return new Command("delete", "Deletes an item.")
            .With(database, container, id, partitionKey, ifMatch)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                string name = parsed.GetRequiredValue(id);
                await client
                    .GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container))
                    .DeleteItemAsync(
                        PartitionKeyText.Parse(parsed.GetValue(partitionKey))!.Value,
                        name,
                        new WriteOptions { IfMatch = parsed.GetValue(ifMatch) },
                        cancellationToken)
                    .ConfigureAwait(false);
                global.Results(parsed).WriteDeleted(name);
            });
    }

    internal static ItemDocument DocumentOf(Item<ReadOnlyMemory<byte>> item)
    {
        using JsonDocument document = JsonDocument.Parse(item.Value);
        return new ItemDocument(item.ETag, item.Lsn, item.Timestamp, document.RootElement.Clone(), item.SessionToken);
    }

    private static void Print(ResultWriter results, WriteResult result) => results.Write(result, CliJson.Plain.WriteResult, console =>
        console.Write(ResultWriter.Table(
            ["ETAG", "CREATED", "WRITTEN"],
            [result],
            written => [written.ETag, written.Created ? "yes" : "no", ResultWriter.Time(written.Timestamp)])));

    private static async Task<byte[]> DocumentAsync(Terminal terminal, string? inline, string? file, CancellationToken cancellationToken)
    {
        if (inline is not null && file is not null)
        {
            throw CliException.Usage("Give the document as an argument or as a file, not both.");
        }

        if (inline is not null)
        {
            return Encoding.UTF8.GetBytes(inline);
        }

        if (file is not null and not "-")
        {
            return await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        }

        if (file is null && terminal.InputIsTerminal)
        {
            throw CliException.Usage("Give the document as an argument, with --file FILE, or on standard input.");
        }

        using var buffer = new MemoryStream();
        await terminal.Input.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
        return buffer.ToArray();
    }
}

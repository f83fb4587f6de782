using System.CommandLine;
using System.Text.Json;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre item list</c></summary>
internal static class ItemListCommand
{
    private const int MaxPreview = 100;

    public static Command Make(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: false);
        Option<ListOrder> order = Choice.Option(
            "--order", [], "By partition key and id, or by last write: oldest first, within each range.", ListOrder.Item);
        Option<int> max = new("--max") { Description = "Items at most; a page ends there.", HelpName = "N", DefaultValueFactory = _ => 100 };
        Option<string?> continuation = new("--continuation") { Description = "Where an earlier list of the same kind stopped.", HelpName = "TOKEN" };
        Option<ConsistencyLevel?> consistency = CommonArguments.Consistency();
        Option<string?> sessionToken = CommonArguments.SessionToken();
        return new Command("list", "Lists items of a container, or of one partition.")
            .With(database, container, partitionKey, order, max, continuation, consistency, sessionToken)
            .Does(async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(max) is < 1)
                {
                    throw CliException.Usage("--max is at least 1.");
                }

                await using NacreClient client = global.Connect(parsed);
                ItemPage page = await FetchAsync(
                    client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container)),
                    new ListOptions
                    {
                        PartitionKey = PartitionKeyText.Parse(parsed.GetValue(partitionKey)),
                        Order = parsed.GetValue(order),
                        Continuation = parsed.GetValue(continuation),
                        Consistency = parsed.GetValue(consistency),
                        SessionToken = parsed.GetValue(sessionToken),
                    },
                    parsed.GetValue(max),
                    cancellationToken).ConfigureAwait(false);

                ResultWriter results = global.Results(parsed);
                results.Write(page, CliJson.Plain.ItemPage, console => console.Write(TableOf(page)));
                if (!results.IsJson && page.Continuation is not null)
                {
                    results.Tell($"More follow: --continuation {page.Continuation}");
                }
            });
    }

    private static async Task<ItemPage> FetchAsync(Container container, ListOptions options, int max, CancellationToken cancellationToken)
    {
        List<ItemDocument> items = [];
        string? continuation = options.Continuation;
        do
        {
            // A page of exactly what is missing, so that its continuation is where this list stops.
            ListOptions next = options with { Continuation = continuation, PageSize = Math.Min(1000, max - items.Count) };
            await foreach (Page<Item<ReadOnlyMemory<byte>>> page in container.ListJson(next).AsPages(cancellationToken).ConfigureAwait(false))
            {
                items.AddRange(page.Values.Select(ItemCommands.DocumentOf));
                continuation = page.Continuation;
                break;
            }
        }
        while (continuation is not null && items.Count < max);

        return new ItemPage(items, continuation);
    }

    private static Table TableOf(ItemPage page) => ResultWriter.Table(["ID", "ETAG", "WRITTEN", "DOCUMENT"], page.Items, item =>
    {
        string text = item.Document.GetRawText();
        string id = item.Document.TryGetProperty("id", out JsonElement member) ? member.ToString() : "";
        return [id, item.ETag, ResultWriter.Time(item.Timestamp), text.Length <= MaxPreview ? text : string.Concat(text.AsSpan(0, MaxPreview), "…")];
    });
}

using System.Text.Json;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary>Indexing policies as they stand on a command line: JSON, or the name of a file that holds it.</summary>
internal static class IndexingText
{
    /// <summary>What arguments and options that take one say of it.</summary>
    public const string Shape = "JSON that begins with {, or a file that holds it; - for standard input. {\"indexingMode\":\"none\"} indexes nothing.";

    /// <summary>Reads a policy.</summary>
    /// <exception cref="CliException">Wrong usage: the text is no JSON object.</exception>
    public static async Task<IndexingPolicy> ReadAsync(Terminal terminal, string source, CancellationToken cancellationToken)
    {
        string json = source.TrimStart().StartsWith('{') ? source : await TextSource.ReadAsync(terminal, source, cancellationToken).ConfigureAwait(false);
        try
        {
            return IndexingPolicy.FromJson(json);
        }
        catch (JsonException e)
        {
            throw CliException.Usage($"The indexing policy cannot be read: {e.Message}");
        }
    }
}

using System.Text.Json;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary>Partition keys as they are typed.</summary>
internal static class PartitionKeyText
{
    /// <summary>Reads a key.</summary>
    /// <param name="levels">One value a level, outermost first; none gives null.</param>
    public static PartitionKey? Parse(string[]? levels)
    {
        if (levels is null || levels.Length == 0)
        {
            return null;
        }

        return levels.Length <= 3
            ? PartitionKey.Of([.. levels.Select(ParseLevel)])
            : throw CliException.Usage("A partition key has 1 to 3 levels.");
    }

    private static PartitionKeyValue ParseLevel(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind switch
            {
                JsonValueKind.Number when json.RootElement.TryGetDouble(out double number) && double.IsFinite(number) => number,
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.Null => PartitionKeyValue.Null,
                JsonValueKind.String => json.RootElement.GetString()!,
                _ => text,
            };
        }
        catch (JsonException)
        {
            return text;
        }
    }
}

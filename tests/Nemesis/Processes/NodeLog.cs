using System.Globalization;
using System.Text.Json;

namespace Nacre.Nemesis.Tests.Processes;

/// <summary>What a node's process said as JSON, in all its lives.</summary>
internal static class NodeLog
{
    /// <summary>The named fields of each line with an event id, in order.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> EventsOf(Node node, int eventId)
    {
        using var file = new FileStream(node.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return Parse(reader, eventId);
    }

    /// <summary>Reads lines; what is no JSON, or cut off, is passed over.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Parse(TextReader lines, int eventId)
    {
        string sign = string.Create(CultureInfo.InvariantCulture, $"\"EventId\":{eventId},");
        List<IReadOnlyDictionary<string, string>> found = [];
        while (lines.ReadLine() is { } line)
        {
            if (line.Contains(sign, StringComparison.Ordinal) && FieldsOf(line) is { } fields)
            {
                found.Add(fields);
            }
        }

        return found;
    }

    private static Dictionary<string, string>? FieldsOf(string line)
    {
        try
        {
            using var read = JsonDocument.Parse(line);
            return read.RootElement.GetProperty("State").EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

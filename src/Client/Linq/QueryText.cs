using System.Globalization;
using System.Text;

namespace Nacre.Client.Linq;

/// <summary>A translated query: its text, and the values of its parameters.</summary>
/// <param name="Text">In the query language.</param>
/// <param name="Parameters">@p0, @p1, … in the order in which the text names them.</param>
internal sealed record QueryText(string Text, QueryParameters Parameters)
{
    /// <summary>Stands before each aggregate over a group, until the text is done.</summary>
    public const string AggregateMark = "\uE002";

    private const char ParameterStart = '\uE000';
    private const char ParameterEnd = '\uE001';

    /// <summary>What stands for a value until the text is done. Text from names never has these characters.</summary>
    public static string MarkOf(int value) => string.Create(CultureInfo.InvariantCulture, $"{ParameterStart}{value}{ParameterEnd}");

    /// <summary>Numbers the parameters that the text still has, and takes the marks out.</summary>
    /// <param name="marked">The text with its marks.</param>
    /// <param name="values">The JSON of each value; those that the text does not name are left out.</param>
    public static QueryText Of(string marked, IReadOnlyList<ReadOnlyMemory<byte>> values)
    {
        var text = new StringBuilder(marked.Length);
        var parameters = new QueryParameters();
        Dictionary<int, string> names = [];
        for (int at = 0; at < marked.Length; at++)
        {
            char unit = marked[at];
            if (unit == ParameterStart)
            {
                int end = marked.IndexOf(ParameterEnd, at);
                int value = int.Parse(marked.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture);
                if (!names.TryGetValue(value, out string? name))
                {
                    name = string.Create(CultureInfo.InvariantCulture, $"@p{names.Count}");
                    names.Add(value, name);
                    parameters.AddJson(name, values[value]);
                }

                text.Append(name);
                at = end;
            }
            else if (unit != AggregateMark[0])
            {
                text.Append(unit);
            }
        }

        return new QueryText(text.ToString(), parameters);
    }
}

namespace Nacre.Server.Queries.Planning;

/// <summary>What finding the items of a page took.</summary>
/// <remarks>Not thread-safe: its page's.</remarks>
internal sealed class SourceFigures
{
    private readonly Dictionary<string, int> _choices = new(StringComparer.Ordinal);

    /// <summary>Index entries looked at, and counts asked for.</summary>
    public long IndexEntries { get; set; }

    /// <summary>Items that indexes named.</summary>
    public long Candidates { get; set; }

    /// <summary>Remembers how one range was read.</summary>
    /// <param name="choice">Lines.</param>
    public void Chose(IEnumerable<string> choice)
    {
        string text = string.Join('\n', choice);
        _choices[text] = _choices.GetValueOrDefault(text) + 1;
    }

    /// <summary>Lines for a person.</summary>
    public IEnumerable<string> Describe()
    {
        foreach ((string text, int ranges) in _choices)
        {
            string[] lines = text.Split('\n');
            yield return ranges == 1 ? lines[0] : $"{lines[0]}, in each of {ranges} ranges";
            foreach (string line in lines[1..])
            {
                yield return line;
            }
        }

        if (IndexEntries > 0)
        {
            yield return $"index entries looked at: {IndexEntries}; items that they named: {Candidates}";
        }
    }
}

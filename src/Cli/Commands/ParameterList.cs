using System.Text;
using System.Text.Json;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary>Parameters of queries as people give them: a name, and a value that is JSON, or else text.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class ParameterList
{
    private readonly List<(string Name, string Value)> _given = [];

    /// <summary>In the order in which they were given, names without <c>@</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Given => _given;

    /// <summary>Reads the values of an option that may be given several times.</summary>
    /// <exception cref="CliException">Wrong usage: one has no name, or one name is given twice.</exception>
    public static ParameterList OfOptions(string[] texts)
    {
        var list = new ParameterList();
        foreach (string text in texts)
        {
            if (!TryRead(text, out string name, out string value))
            {
                throw CliException.Usage($"--parameter {text}: give a name and a value, as in --parameter country='\"AD\"'.");
            }

            if (list._given.Any(given => given.Name == name))
            {
                throw CliException.Usage($"--parameter {name} is given twice.");
            }

            list._given.Add((name, value));
        }

        return list;
    }

    /// <summary>Reads a name and a value with an equals sign between them.</summary>
    public static bool TryRead(string text, out string name, out string value)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        name = equals < 1 ? "" : text[..equals].Trim().TrimStart('@');
        value = equals < 0 ? "" : text[(equals + 1)..];
        return name.Length > 0;
    }

    /// <summary>Gives a parameter a value, in place of the one that it had.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        _given.Add((name, value));
    }

    /// <summary>Takes a parameter away.</summary>
    /// <returns>False when there was none.</returns>
    public bool Remove(string name) => _given.RemoveAll(given => given.Name == name) > 0;

    /// <summary>The parameters for a query.</summary>
    public QueryParameters Build()
    {
        var parameters = new QueryParameters();
        foreach ((string name, string value) in _given)
        {
            if (IsJson(value))
            {
                parameters.AddJson(name, Encoding.UTF8.GetBytes(value));
            }
            else
            {
                parameters.Add(name, value);
            }
        }

        return parameters;
    }

    private static bool IsJson(string value)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 128 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

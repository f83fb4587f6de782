using System.Text;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Functions;

/// <summary>One line of a table of examples: <c>NAME(argument, …) => result</c>.</summary>
/// <remarks>
/// Arguments and results are JSON, or <c>undefined</c>, <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>. Numbers agree when
/// they differ in their last digits only.
/// </remarks>
internal sealed record Example(string Call, string Expected)
{
    private static readonly (string Word, QueryValue Value)[] Words =
    [
        ("undefined", QueryValue.Undefined),
        ("NaN", QueryValue.FromNumber(double.NaN)),
        ("Infinity", QueryValue.FromNumber(double.PositiveInfinity)),
        ("-Infinity", QueryValue.FromNumber(double.NegativeInfinity)),
    ];

    public string Name => Call[..Call.IndexOf('(', StringComparison.Ordinal)];

    /// <summary>The lines of a table; empty ones and those that begin with # are for the reader.</summary>
    public static IEnumerable<Example> Parse(string table)
    {
        foreach (string line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int arrow = line.LastIndexOf(" => ", StringComparison.Ordinal);
            if (!line.StartsWith('#'))
            {
                yield return new Example(line[..arrow].Trim(), line[(arrow + 4)..].Trim());
            }
        }
    }

    /// <summary>Calls the function.</summary>
    public QueryValue Run(FunctionContext? context = null)
    {
        Assert.That(ScalarFunctions.TryFind(Name, out ScalarFunction? function), Name);
        QueryValue[] arguments = [.. Arguments()];
        Assert.That(arguments, Has.Length.InRange(function!.MinArguments, function.MaxArguments), Call);
        return function.Invoke(arguments, context ?? TestContexts.New());
    }

    /// <summary>Calls the function and compares the result.</summary>
    public void Check(FunctionContext? context = null)
    {
        QueryValue actual = Run(context);
        QueryValue expected = Read(Expected);
        bool near = actual.IsNumber && expected.IsNumber &&
            Math.Abs(actual.Number - expected.Number) <= 1e-14 * Math.Abs(expected.Number);
        Assert.That(near || actual.Equals(expected), $"{Call} => {actual}, expected {Expected}");
    }

    /// <summary>The arguments of the call.</summary>
    public List<QueryValue> Arguments()
    {
        byte[] json = Encoding.UTF8.GetBytes(Call[(Name.Length + 1)..^1]);
        List<QueryValue> arguments = [];
        for (int at = JsonScan.SkipSpace(json, 0); at < json.Length;)
        {
            string rest = Encoding.UTF8.GetString(json.AsSpan(at));
            (string? word, QueryValue value) = Words.FirstOrDefault(
                known => rest == known.Word || rest.StartsWith($"{known.Word},", StringComparison.Ordinal));
            int end = at + (word?.Length ?? 0);
            arguments.Add(word is null ? QueryValueReader.ReadAt(json, at, out end) : value);
            at = JsonScan.SkipSpace(json, end);
            at = at < json.Length ? JsonScan.SkipSpace(json, at + 1) : at;
        }

        return arguments;
    }

    private static QueryValue Read(string text)
    {
        (string? word, QueryValue value) = Words.FirstOrDefault(known => known.Word == text);
        return word is null ? QueryValueReader.Read(Encoding.UTF8.GetBytes(text)) : value;
    }
}

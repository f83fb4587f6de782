using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Nacre.Cli;

/// <summary>Options and arguments whose value is one of a few words: an enumeration's names, in lower case with hyphens.</summary>
internal static partial class Choice
{
    /// <summary>An option with a default.</summary>
    public static Option<T> Option<T>(string name, string[] aliases, string description, T defaultValue)
        where T : struct, Enum
    {
        var option = new Option<T>(name, aliases)
        {
            Description = description,
            HelpName = string.Join('|', Words<T>()),
            CustomParser = Parse<T>,
            DefaultValueFactory = _ => defaultValue,
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(Words<T>());
        return option;
    }

    /// <summary>A required argument.</summary>
    public static Argument<T> Argument<T>(string name, string description)
        where T : struct, Enum
    {
        var argument = new Argument<T>(name)
        {
            Description = $"{description} {string.Join(", ", Words<T>())}.",
            CustomParser = Parse<T>,
        };
        argument.CompletionSources.Clear();
        argument.CompletionSources.Add(Words<T>());
        return argument;
    }

    /// <summary>An option that need not be given.</summary>
    public static Option<T?> Optional<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', Words<T>()),
            CustomParser = static result => Parse<T>(result),
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(Words<T>());
        return option;
    }

    /// <summary>An argument that need not be given.</summary>
    public static Argument<T?> OptionalArgument<T>(string name, string description)
        where T : struct, Enum
    {
        var argument = new Argument<T?>(name)
        {
            Description = $"{description} {string.Join(", ", Words<T>())}.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = static result => result.Tokens.Count == 0 ? null : Parse<T>(result),
        };
        argument.CompletionSources.Clear();
        argument.CompletionSources.Add(Words<T>());
        return argument;
    }

    private static string[] Words<T>()
        where T : struct, Enum =>
        [.. Enum.GetValues<T>().Select(WordOf)];

    private static string WordOf<T>(T value)
        where T : struct, Enum =>
        Capital().Replace(value.ToString(), "-$0").ToLowerInvariant();

    private static T Parse<T>(ArgumentResult result)
        where T : struct, Enum
    {
        string given = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        foreach (T value in Enum.GetValues<T>())
        {
            if (WordOf(value).Equals(given, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        result.AddError($"'{given}' is none of {string.Join(", ", Words<T>())}.");
        return default;
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();
}

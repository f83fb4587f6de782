using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nacre.Cli;

/// <summary>Shorter ways to put commands together.</summary>
internal static class CommandExtensions
{
    /// <summary>Adds symbols to a command, in order.</summary>
    public static Command With(this Command command, params IEnumerable<Symbol> symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
                case Command subcommand:
                    command.Subcommands.Add(subcommand);
                    break;
            }
        }

        return command;
    }

    /// <summary>Says what a command does when it runs; without a result it ends with 0.</summary>
    public static Command Does(this Command command, Func<ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await action(parsed, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Says what a command does when it runs, and with which exit code it ends.</summary>
    public static Command Runs(this Command command, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(action);
        return command;
    }

    /// <summary>The command as it is typed, such as <c>nacre db create</c>.</summary>
    public static string FullName(this CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = command; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: var named })
            {
                names.Push(named is RootCommand ? "nacre" : named.Name);
            }
        }

        return string.Join(' ', names);
    }
}

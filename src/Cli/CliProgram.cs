using System.CommandLine;
using System.CommandLine.Invocation;
using Nacre.Cli.Commands;
using Nacre.Client;

namespace Nacre.Cli;

/// <summary>The command line: parses, runs a verb, and turns whatever ends it into an exit code.</summary>
internal static class CliProgram
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="terminal">What is around it.</param>
    /// <param name="cancellationToken">Stops it like an interrupt.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = Root(terminal).Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Long enough for a server to drain; what is left then is killed.
            ProcessTerminationTimeout = TimeSpan.FromMinutes(10),
        };
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            {
                await terminal.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            }

            await terminal.Error.WriteLineAsync($"'{parsed.CommandResult.FullName()} --help' tells how it is used.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (CliException e)
        {
            return await FailAsync(terminal, e.ExitCode, e.Message).ConfigureAwait(false);
        }
        catch (NacreException e)
        {
            return await FailAsync(terminal, ErrorAdvice.ExitCodeOf(e.Code), ErrorAdvice.Describe(e)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(terminal, ExitCode.Refused, "Interrupted.").ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(terminal, ExitCode.Usage, e.Message).ConfigureAwait(false);
        }
    }

    internal static RootCommand Root(Terminal terminal)
    {
        var global = new GlobalOptions(terminal);
        var root = new RootCommand("Nacre: an encrypted JSON document database. One program: the server, and the command line over its public API.");
        root.Options.Add(global.Output);
        root.Subcommands.Add(ServerCommand.Make(global));
        root.Subcommands.Add(QuickstartCommand.Make(global));
        root.Subcommands.Add(VerifyCommand.Make(global));
        foreach (Command client in (Command[])
            [
                DatabaseCommands.Make(global),
                ContainerCommands.Make(global),
                ItemCommands.Make(global),
                QueryCommand.Make(global),
                ImportCommand.Make(global),
                ExportCommand.Make(global),
                AccountCommands.Make(global),
                KeyCommands.Make(global),
                UserCommands.Make(global),
                PermissionCommands.Make(global),
                NodeCommands.Make(global),
            ])
        {
            client.Options.Add(global.ConnectionFile);
            client.Options.Add(global.ReadOnly);
            root.Subcommands.Add(client);
        }

        root.Subcommands.Add(CompletionCommand.Make(global));
        return root;
    }

    private static async Task<int> FailAsync(Terminal terminal, int exitCode, string message)
    {
        await terminal.Error.WriteLineAsync(message).ConfigureAwait(false);
        return exitCode;
    }
}

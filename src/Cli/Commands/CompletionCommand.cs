using System.CommandLine;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre completion SHELL</c></summary>
internal static class CompletionCommand
{
    // The program itself answers the directive [suggest:POSITION] with what may stand there.
    private const string Bash = """
        _nacre() {
            local IFS=$'\n'
            COMPREPLY=( $(nacre "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}" ) )
        }
        complete -o default -F _nacre nacre
        """;

    private const string Zsh = """
        _nacre() {
            local -a completions
            completions=("${(@f)$(nacre "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a completions
            _files
        }
        compdef _nacre nacre
        """;

    public static Command Make(GlobalOptions global)
    {
        Argument<string> shell = new("SHELL") { Description = "bash or zsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        return new Command("completion", "Prints a shell's completion script; in bash: source <(nacre completion bash).")
            .With(shell)
            .Does((parsed, _) => global.Terminal.Output.WriteLineAsync(parsed.GetValue(shell) == "zsh" ? Zsh : Bash));
    }
}

using System.Text;
using Nacre.Cli.Prompt;

namespace Nacre.Cli;

/// <summary>What a process has around it: streams, environment, and whether a person watches.</summary>
internal sealed class Terminal
{
    /// <summary>Standard input, raw.</summary>
    public required Stream Input { get; init; }

    /// <summary>Standard output, raw: results alone.</summary>
    public required Stream OutputStream { get; init; }

    /// <summary>Standard output as text, UTF-8; written through at once.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error: everything that is not a result.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>True when standard output is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>True when standard error is a terminal, so that a progress bar can be drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>True when questions can be asked.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Opens it for a prompt; null where there is none.</summary>
    public Func<IPromptTerminal>? OpenPrompt { get; init; }

    /// <summary>True when somebody can type at a prompt, and see it.</summary>
    public bool CanPrompt => InputIsTerminal && OutputIsTerminal && OpenPrompt is not null;

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Stream output = Console.OpenStandardOutput();
        var text = new StreamWriter(output, utf8, bufferSize: 4096) { AutoFlush = true };
        return new Terminal
        {
            Input = Console.OpenStandardInput(),
            OutputStream = output,
            Output = text,
            Error = new StreamWriter(Console.OpenStandardError(), utf8, bufferSize: 256) { AutoFlush = true },
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InputIsTerminal = !Console.IsInputRedirected,
            OpenPrompt = () => new ProcessTerminal(text, TimeProvider.System),
            Variable = Environment.GetEnvironmentVariable,
        };
    }
}

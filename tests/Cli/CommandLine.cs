using System.Text;
using System.Text.Json;
using Nacre.Cli.Prompt;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Cli.Tests;

/// <summary>Runs the program in this process, against a server or none, and keeps what it printed.</summary>
internal sealed class CommandLine(FakeServer? server)
{
    /// <summary>What a verb printed, and its exit code.</summary>
    public sealed record Run(int ExitCode, string Output, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;
    }

    /// <summary>Environment besides the connection.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>What a person types at; null: nobody does.</summary>
    public IPromptTerminal? Prompt { get; set; }

    public Task<Run> RunAsync(params string[] arguments) => RunWithInputAsync("", default, arguments);

    public Task<Run> RunWithInputAsync(string input, CancellationToken cancellationToken, params string[] arguments) =>
        RunWithInputAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), cancellationToken, arguments);

    public async Task<Run> RunWithInputAsync(Stream input, CancellationToken cancellationToken, params string[] arguments)
    {
        var outputBytes = new MemoryStream();
        var error = new StringWriter();
        var utf8 = new UTF8Encoding(false);
        var terminal = new Terminal
        {
            Input = input,
            OutputStream = outputBytes,
            Output = new StreamWriter(outputBytes, utf8) { AutoFlush = true },
            Error = error,
            InputIsTerminal = Prompt is not null,
            OutputIsTerminal = Prompt is not null,
            OpenPrompt = Prompt is null ? null : () => Prompt,
            Variable = Variable,
        };
        int exitCode = await CliProgram.RunAsync(arguments, terminal, cancellationToken);
        return new Run(exitCode, utf8.GetString(outputBytes.ToArray()), error.ToString());
    }

    private string? Variable(string name) => name switch
    {
        "NACRE_ENDPOINT" => server?.Endpoint.ToString(),
        "NACRE_KEY" => server?.State.Key,
        "NACRE_CA" => server?.Authority.PemFile,
        _ => Variables.GetValueOrDefault(name),
    };
}

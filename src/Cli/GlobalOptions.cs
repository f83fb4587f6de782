using System.CommandLine;
using Nacre.Cli.Output;
using Nacre.Client;

namespace Nacre.Cli;

/// <summary>Options that every verb takes, and what follows from them.</summary>
internal sealed class GlobalOptions(Terminal terminal)
{
    public Terminal Terminal { get; } = terminal;

    public Option<OutputFormat> Output { get; } = MakeOutput();

    public Option<string?> ConnectionFile { get; } = new("--connection-file")
    {
        Description = "Connection file of the server, as 'nacre server --connection-file' writes it. Without it: NACRE_ENDPOINT (several nodes with commas between them), NACRE_KEY and NACRE_CA, or NACRE_CONNECTION_FILE. A resource token in NACRE_TOKEN goes before every key.",
        Recursive = true,
        HelpName = "FILE",
    };

    public Option<bool> ReadOnly { get; } = new("--read-only")
    {
        Description = "Use the connection file's read-only key.",
        Recursive = true,
    };

    /// <summary>Where results go.</summary>
    public ResultWriter Results(ParseResult parsed) => new(Terminal, parsed.GetValue(Output));

    /// <summary>Makes a client of the server that the options or the environment name.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="patient">True for long work that should survive a server's restart; a person at a prompt is told soon.</param>
    public NacreClient Connect(ParseResult parsed, bool patient = false)
    {
        try
        {
            string? token = Terminal.Variable(NacreConnection.TokenVariable);
            NacreConnection connection = (parsed.GetValue(ConnectionFile) ?? FileOfEnvironment(), token) switch
            {
                (null, _) => NacreConnection.FromVariables(Terminal.Variable),
                ({ } file, { Length: > 0 }) => NacreConnection.LoadForToken(file, token),
                ({ } file, _) => NacreConnection.Load(file, parsed.GetValue(ReadOnly)),
            };
            return new NacreClient(connection, new NacreClientOptions
            {
                MaxRetries = patient ? 10 : 3,
                // One call is over before the answer would be of use.
                DiscoverNodes = patient,
            });
        }
        catch (FormatException e)
        {
            throw CliException.Usage(e.Message);
        }
    }

    private static Option<OutputFormat> MakeOutput()
    {
        Option<OutputFormat> output = Choice.Option("--output", ["-o"], "How results are printed: for people, or for programs.", OutputFormat.Table);
        output.Recursive = true;
        return output;
    }

    /// <summary>The connection file that the environment names; null where it gives address and key themselves, which go before.</summary>
    private string? FileOfEnvironment()
    {
        if (!string.IsNullOrEmpty(Terminal.Variable(NacreConnection.EndpointVariable)) ||
            !string.IsNullOrEmpty(Terminal.Variable(NacreConnection.KeyVariable)))
        {
            return null;
        }

        return Terminal.Variable(NacreConnection.ConnectionFileVariable) is { Length: > 0 } file
            ? file
            : throw CliException.Usage(
                $"Which server? Give --connection-file FILE, or set {NacreConnection.ConnectionFileVariable}, or {NacreConnection.EndpointVariable}, {NacreConnection.KeyVariable} and {NacreConnection.CaCertificateVariable}.");
    }
}

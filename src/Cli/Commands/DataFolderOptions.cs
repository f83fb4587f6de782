using System.CommandLine;
using Nacre.Core.Errors;
using Nacre.Server.Options;

namespace Nacre.Cli.Commands;

/// <summary>The options of a verb that opens a data folder: which one, and where its root key comes from.</summary>
internal sealed class DataFolderOptions(string dataDescription)
{
    public Option<string?> Data { get; } = new("--data") { Description = dataDescription, HelpName = "DIR" };

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Configuration file, JSON. The environment (NACRE_…) goes over it, the command line over both.",
        HelpName = "FILE",
    };

    public Option<string?> RootKey { get; } = new("--root-key")
    {
        Description = "Where the root key comes from: file:PATH, sealed under a passphrase, or env:NAME, 32 bytes in base64.",
        HelpName = "file:PATH|env:NAME",
    };

    public Option<bool> Dev { get; } = new("--dev")
    {
        Description = "For development: the root key is one in your configuration folder; a server makes it, and serves gRPC reflection.",
    };

    /// <summary>Gathers options from file, environment and command line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">What the verb's own options say, by key.</param>
    public NodeOptions Load(ParseResult parsed, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        KeyValuePair<string, string?>[] all =
        [
            new(nameof(NodeOptions.Data), parsed.GetValue(Data)),
            new(nameof(NodeOptions.RootKey), parsed.GetValue(RootKey)),
            new(nameof(NodeOptions.Dev), parsed.GetValue(Dev) ? "true" : null),
            .. settings,
        ];
        Result<NodeOptions> options = NodeConfiguration.Load(parsed.GetValue(Config), Environment.GetEnvironmentVariables(), all);
        return options.IsOk ? options.Value : throw CliException.Usage(options.Error.Message);
    }
}

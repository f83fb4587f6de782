using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Hosting;
using Nacre.Cli.Output;
using Nacre.Core.Errors;
using Nacre.Server.DataFolder;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Storage.Files;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre node init</c> and <c>nacre node join</c>: they make data folders, and start no server.</summary>
internal static class NodeFolderCommands
{
    /// <summary>Names the join token; a command line is visible to every user of a machine.</summary>
    public const string TokenVariable = "NACRE_JOIN_TOKEN";

    public static Command Init(GlobalOptions global)
    {
        var folder = new DataFolderOptions("The data folder to make.");
        Option<int?> shards = new("--shards") { Description = "Data shards, 1 to 64; never changed later. Default: one a processor core, at most 8.", HelpName = "N" };
        return new Command("init", "Makes the data folder of a new cluster's first node, and prints the cluster's id.")
            .With(folder.Data, folder.Config, folder.RootKey, folder.Dev, shards)
            .Does(async (parsed, cancellationToken) =>
            {
                NodeOptions options = folder.Load(parsed,
                    [new(nameof(NodeOptions.Shards), parsed.GetValue(shards)?.ToString(CultureInfo.InvariantCulture))]);
                var made = new NodeFolder(PosixFileSystem.Instance, Path.GetFullPath(options.Data));
                if (File.Exists(made.NodeFile))
                {
                    throw ErrorAdvice.Failure(new NacreError(ErrorCode.AlreadyExists, $"{made.Directory} is a node's data folder already. Name another one."));
                }

                // All that a first start does, and the end in order: a server then finds a folder like any other.
                NodeOptions alone = options with
                {
                    Listen = "127.0.0.1:0", Address = null, NodeListen = null, NodeAddress = null, ConnectionFile = null, Metrics = new MetricsOptions(),
                };
                var environment = new NodeEnvironment { Passphrase = Passphrases.Find(global.Terminal) };
                Result<NacreNode> started = await NacreNode.StartAsync(alone, environment, cancellationToken).ConfigureAwait(false);
                if (!started.IsOk)
                {
                    throw ErrorAdvice.Failure(started.Error);
                }

                await using (started.Value.ConfigureAwait(false))
                {
                    await started.Value.StopAsync(CancellationToken.None).ConfigureAwait(false);
                }

                Result<NodeRecord> record = made.Read();
                Print(
                    global.Results(parsed),
                    record.IsOk
                        ? new MadeNode(record.Value.Cluster.ToString(), record.Value.Node.Value, record.Value.DataShards, made.Directory)
                        : throw ErrorAdvice.Failure(record.Error),
                    $"Start it with 'nacre server --data {options.Data} --node-listen HOST:PORT' and the same root key; 'nacre node token' then lets others join.");
            });
    }

    public static Command Join(GlobalOptions global)
    {
        var folder = new DataFolderOptions("The data folder to make.");
        Option<Uri[]?> server = new("--server")
        {
            Description = "A node of the cluster, where it serves clients; given several times, the next one is asked when one does not answer.",
            HelpName = "https://HOST:PORT",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
            {
                Uri?[] addresses = [.. result.Tokens.Select(given => Uri.TryCreate(given.Value, UriKind.Absolute, out Uri? address) ? address : null)];
                if (addresses.All(address => address?.Scheme == Uri.UriSchemeHttps))
                {
                    return addresses!;
                }

                result.AddError("Write the server as https://HOST:PORT.");
                return null;
            },
        };
        Option<string?> token = new("--token") { Description = $"What 'nacre node token' printed. Without it {TokenVariable} is asked, which other users of this machine do not see.", HelpName = "TOKEN" };
        Option<string?> nodeAddress = new("--node-address") { Description = "Where other nodes will reach this one.", HelpName = "HOST:PORT" };
        Option<string?> listen = new("--listen") { Description = "Where this node will serve clients. Default: 127.0.0.1:8081.", HelpName = "HOST:PORT" };
        Option<string?> address = new("--address") { Description = "Where clients will reach this node, when that is not what it listens on.", HelpName = "HOST:PORT" };
        Option<uint> region = new("--region") { Description = "The region that it stands in, from 1. Default: 1.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<bool> learner = new("--learner") { Description = "Its replicas get every write and do not vote, until 'nacre node promote'." };
        return new Command("join", "Makes the data folder of a node that joins a cluster.")
            .With(folder.Data, server, token, nodeAddress, listen, address, region, learner, folder.Config, folder.RootKey, folder.Dev)
            .Does(async (parsed, cancellationToken) =>
            {
                NodeOptions options = folder.Load(parsed,
                [
                    new(nameof(NodeOptions.Listen), parsed.GetValue(listen)),
                    new(nameof(NodeOptions.Address), parsed.GetValue(address)),
                    new(nameof(NodeOptions.NodeAddress), parsed.GetValue(nodeAddress)),
                ]);
                var join = new JoinOptions
                {
                    Servers = parsed.GetRequiredValue(server)!,
                    Token = parsed.GetValue(token) ?? global.Terminal.Variable(TokenVariable)
                        ?? throw CliException.Usage($"Give the join token: --token TOKEN, or in {TokenVariable}. 'nacre node token' on a node of the cluster makes one."),
                    NodeAddress = options.NodeAddress ?? options.NodeListen
                        ?? throw CliException.Usage("Say where other nodes will reach this one: --node-address HOST:PORT."),
                    ClientAddress = options.Address ?? options.Listen,
                    Region = parsed.GetValue(region),
                    Learner = parsed.GetValue(learner),
                };
                var environment = new NodeEnvironment { Passphrase = Passphrases.Find(global.Terminal) };
                Result<JoinedNode> joined = await ClusterJoin.JoinAsync(options, join, environment, cancellationToken).ConfigureAwait(false);
                if (!joined.IsOk)
                {
                    throw ErrorAdvice.Failure(joined.Error);
                }

                Print(
                    global.Results(parsed),
                    new MadeNode(joined.Value.Cluster.ToString(), joined.Value.Node.Value, joined.Value.DataShards, Path.GetFullPath(options.Data)),
                    $"Start it with 'nacre server --data {options.Data} --listen {options.Listen}{(options.Address is null ? "" : $" --address {options.Address}")} --node-listen {join.NodeAddress}' and the same root key.");
            });
    }

    private static void Print(ResultWriter results, MadeNode made, string next)
    {
        results.Write(made, CliJson.Plain.MadeNode, console => console.Write(ResultWriter.Table(
            ["CLUSTER", "NODE", "DATA SHARDS", "DATA"],
            [made],
            node => [node.ClusterId, node.Node.ToString(CultureInfo.InvariantCulture), node.DataShards.ToString(CultureInfo.InvariantCulture), node.Data])));
        if (!results.IsJson)
        {
            results.Tell(next);
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre node …</c></summary>
internal static class NodeCommands
{
    public static Command Make(GlobalOptions global) => new Command("node", "The nodes of the cluster: their making, joining and leaving.").With(
        NodeFolderCommands.Init(global),
        Token(global),
        WithdrawToken(global),
        NodeFolderCommands.Join(global),
        List(global),
        Change(global, "drain", "Has a node hand over what it leads, as before its machine is worked on.", (nodes, id, stop) => nodes.DrainAsync(id, stop)),
        Change(global, "resume", "Lets a drained node lead again.", (nodes, id, stop) => nodes.ResumeAsync(id, stop)),
        Change(global, "promote", "Has the replicas of a learner vote once they have caught up.", (nodes, id, stop) => nodes.PromoteAsync(id, stop)),
        Change(global, "remove", "Removes a node for good. Its id is not given again; a machine that comes back joins as a new node.", (nodes, id, stop) => nodes.RemoveAsync(id, stop)));

    private static Command Token(GlobalOptions global)
    {
        Option<TimeSpan?> lifetime = new("--ttl")
        {
            Description = "How long the token is good for, such as 30s, 10m, 1h or 2d; at most 7d. Default: 1h.",
            HelpName = "TIME",
            CustomParser = result => Durations.Parse(result),
        };
        return new Command("token", "Makes a token that lets one node join, and prints it once.")
            .With(lifetime)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                JoinToken made = await client.Nodes.CreateJoinTokenAsync(parsed.GetValue(lifetime), cancellationToken).ConfigureAwait(false);
                ResultWriter results = global.Results(parsed);
                results.Write(
                    new NewJoinToken(made.Token, made.Id, made.ExpiresAt), CliJson.Plain.NewJoinToken, console => console.Profile.Out.Writer.WriteLine(made.Token));
                if (!results.IsJson)
                {
                    results.Tell($"Good until {ResultWriter.Time(made.ExpiresAt)} for one node; it is not shown again. 'nacre node withdraw-token {made.Id}' withdraws it.");
                }
            });
    }

    private static Command WithdrawToken(GlobalOptions global)
    {
        Argument<string> id = new("ID") { Description = "The token's id, as its making told it; not the token." };
        return new Command("withdraw-token", "Withdraws a join token that was not used.")
            .With(id)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                string name = parsed.GetRequiredValue(id);
                await client.Nodes.WithdrawJoinTokenAsync(name, cancellationToken).ConfigureAwait(false);
                global.Results(parsed).WriteDeleted(name);
            });
    }

    private static Command List(GlobalOptions global) =>
        new Command("list", "Lists the nodes, and how they are doing.").Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            IReadOnlyList<ClusterNodeProperties> nodes = await client.Nodes.ListAsync(cancellationToken).ConfigureAwait(false);
            global.Results(parsed).Write(
                nodes, CliJson.Plain.IReadOnlyListClusterNodeProperties, console => console.Write(TableOf(nodes, global.Terminal.Time.GetUtcNow())));
        });

    private static Command Change(
        GlobalOptions global, string verb, string description, Func<ClusterNodes, int, CancellationToken, Task<ClusterNodeProperties>> change)
    {
        Argument<int> node = new("NODE") { Description = "The node's id, as 'nacre node list' shows it." };
        node.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("A node's id is a number from 1.");
            }
        });
        return new Command(verb, description).With(node).Does(async (parsed, cancellationToken) =>
        {
            await using NacreClient client = global.Connect(parsed);
            ClusterNodeProperties changed = await change(client.Nodes, parsed.GetRequiredValue(node), cancellationToken).ConfigureAwait(false);
            global.Results(parsed).Write(
                changed, CliJson.Plain.ClusterNodeProperties, console => console.Write(TableOf([changed], global.Terminal.Time.GetUtcNow())));
        });
    }

    private static Table TableOf(IReadOnlyList<ClusterNodeProperties> nodes, DateTimeOffset now) => ResultWriter.Table(
        ["NODE", "STATE", "KIND", "REGION", "NODE ADDRESS", "CLIENT ADDRESS", "HEALTH", "LEADS", "REPLICAS", "LAG", "HEARD"],
        nodes,
        node =>
        [
            Number(node.Id),
            node.State.ToString(),
            node.Kind.ToString(),
            Number(node.Region),
            node.NodeAddress,
            node.ClientAddress.GetLeftPart(UriPartial.Authority),
            node.Health is null ? "-" : node.Health.IsReachable ? "reachable" : "unreachable",
            Number(node.Health?.ShardsLed),
            Number(node.Health?.Replicas),
            Number(node.Health?.Lag),
            Heard(node.Health, now),
        ]);

    private static string Heard(ClusterNodeHealth? health, DateTimeOffset now) => health switch
    {
        null => "-",
        { LastHeardAt: null } => "never",
        { LastHeardAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (now - at).TotalSeconds):0.0} s ago"),
    };

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";
}

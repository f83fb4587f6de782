using System.Globalization;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Changes the catalogue at any node: makes users and permissions, and withdraws them; repeats what it does not know the end of.</summary>
internal sealed class Administrator(NodeWorld world, Network network, PermissionRules permissions, ulong id)
{
    public const string Database = "db";

    private const string Container = "c";

    private const int IsolatesOneIn = 8;

    private static readonly DateTimeOffset Later = new(2026, 1, 4, 0, 0, 0, TimeSpan.Zero);

    private ulong _sequence;
    private int _users;
    private int _permissions;

    /// <summary>The newest catalogue that any node has.</summary>
    private Catalog Newest => network.Nodes.Select(node => node.Catalog.Current).MaxBy(catalog => catalog.Applied)!;

    /// <summary>Makes the cluster, and tells it of its first nodes.</summary>
    public async Task FoundAsync(ClusterId cluster, uint shards)
    {
        await EnsureAsync(catalog => catalog.DataShards == shards, () => new CreateCluster(cluster, shards));
        await EnsureAsync(catalog => catalog.FindDatabase(Database) is not null, () => new CreateDatabase(Database, KeyDomainId.Shared));
        await EnsureAsync(
            catalog => catalog.FindContainer(Database, Container) is not null,
            () => new CreateContainer(Database, Container, PartitionKeyDefinition.Create("/id").Value, 1));
        await EnsureAsync(
            catalog => catalog.FindContainer(Database, Container) is { State: ResourceState.Ready },
            () => new ContainerReady(Newest.FindContainer(Database, Container)!.Id));
        foreach (NodeId node in network.Nodes.Select(node => node.Id).ToArray())
        {
            await AddNodeAsync(node);
        }
    }

    /// <summary>Lets a node join. Its id is the next that was not given.</summary>
    public async Task AddNodeAsync(NodeId node)
    {
        (string peer, string client) = Endpoints(node);
        if (node != AddNode.Founder)
        {
            var token = new UInt128(7, node.Value);
            await EnsureAsync(
                catalog => catalog.FindJoinToken(token) is not null || catalog.FindNode(node) is not null,
                () => new CreateJoinToken(token, new byte[CreateJoinToken.SecretHashBytes], Later));
            await EnsureAsync(
                catalog => catalog.FindNode(node) is not null,
                () => new AddNode(token, default, new RegionId(1), peer, client, ReplicaKind.Voter));
            return;
        }

        await EnsureAsync(
            catalog => catalog.FindNode(node) is not null, () => new AddNode(0, node, new RegionId(1), peer, client, ReplicaKind.Voter));
    }

    /// <summary>Takes a node out for good; answered when nobody serves by the state before.</summary>
    public Task RemoveNodeAsync(NodeId node)
    {
        (string peer, string client) = Endpoints(node);
        return EnsureAsync(
            catalog => catalog.FindNode(node) is { State: ClusterNodeState.Removed },
            () => new SetNode(node, peer, client, ClusterNodeState.Removed, ReplicaKind.Voter, Newest.FindNode(node)?.Version ?? default));
    }

    /// <summary>Makes permissions and withdraws them.</summary>
    /// <param name="founded">Ends when there is a cluster to do so in.</param>
    public async Task RunAsync(Task founded)
    {
        await founded;
        string user = await NewUserAsync();
        while (!world.IsHealing)
        {
            await world.Delay(world.Between(5_000, 80_000));
            string name = Name("p", ++_permissions);
            if (!(await ExecuteAsync(new CreatePermission(Database, user, name, Target(PermissionMode.All)))).IsOk)
            {
                user = await NewUserAsync();
                continue;
            }

            permissions.Made(user, name);
            await world.Delay(world.Between(1_000, 150_000));
            if (!await WithdrawAsync(user, name))
            {
                user = await NewUserAsync();
            }
        }
    }

    private static string Name(string kind, int number, ulong of) => string.Create(CultureInfo.InvariantCulture, $"{kind}{of}-{number}");

    private static (string Peer, string Client) Endpoints(NodeId node) => ($"n{node}:1", $"https://n{node}:2");

    private static PermissionTarget Target(PermissionMode mode) =>
        new(mode, ResourcePath.Parse($"dbs/{Database}/colls/{Container}").Value, default);

    private string Name(string kind, int number) => Name(kind, number, id);

    /// <summary>Takes a permission away, or the right to write, or the user with it.</summary>
    /// <returns>True where the user can have another one.</returns>
    private async Task<bool> WithdrawAsync(string user, string name)
    {
        int way = world.Random.Next(4);
        ControlCommand command = way switch
        {
            0 => new ReplacePermission(Database, user, name, Target(PermissionMode.Read), default),
            1 => new DeleteUser(Database, user, default),
            _ => new DeletePermission(Database, user, name, default),
        };
        if (world.Random.OneIn(IsolatesOneIn))
        {
            Isolate();
        }

        if (!(await ExecuteAsync(command)).IsOk)
        {
            return false;
        }

        permissions.Withdrawn(name);
        return way > 1;
    }

    /// <summary>A node hears the last of the cluster about when a withdrawal is committed: its lease may last until the end of the wait.</summary>
    private void Isolate()
    {
        NodeId node = network.Nodes.ElementAt(world.Random.Next(network.Nodes.Count)).Id;
        world.After(world.Between(0, 5_000), () =>
        {
            if (!world.IsHealing)
            {
                world.Hit(NodeProbe.NodeIsolatedUnderWithdrawal);
                network.Isolate(node, world.Between(600_000, 1_200_000));
            }
        });
    }

    /// <summary>
    /// Until a command is done: where an outcome is forgotten because clocks were set, the catalogue tells, and another try.
    /// </summary>
    private async Task EnsureAsync(Func<Catalog, bool> isDone, Func<ControlCommand> command)
    {
        while (!(await ExecuteAsync(command())).IsOk && !isDone(Newest))
        {
            await world.Delay(world.Between(2_000, 20_000));
        }
    }

    private async Task<string> NewUserAsync()
    {
        while (true)
        {
            string user = Name("u", ++_users);
            if ((await ExecuteAsync(new CreateUser(Database, user))).IsOk || world.IsHealing)
            {
                return user;
            }
        }
    }

    /// <summary>Asks one node after the other, under one key, until one knows how it ended.</summary>
    private async Task<Result<CommandOutcome>> ExecuteAsync(ControlCommand command)
    {
        ulong sequence = ++_sequence;
        var header = new EntryHeader { Idempotency = new IdempotencyKey(new ClientId(1_000 + id), sequence, sequence, new RequestHash(sequence)) };
        while (true)
        {
            Node node = network.Nodes.ElementAt(world.Random.Next(network.Nodes.Count));
            if (node.IsUp && !node.IsRetired)
            {
                Result<CommandOutcome> answer = await node.AskAsync(authority => authority.ExecuteAsync(command, header));
                if (answer.IsOk || answer.Error.Code is not (ErrorCode.OutcomeUnknown or ErrorCode.Unavailable or ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.DiskFull or ErrorCode.StorageFailed))
                {
                    return answer;
                }

                if (command.Withdraws && answer.Error.Code == ErrorCode.OutcomeUnknown)
                {
                    world.Hit(NodeProbe.WithdrawalRepeated);
                }
            }

            await world.Delay(world.Between(2_000, 20_000));
        }
    }
}

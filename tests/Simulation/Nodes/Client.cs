using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A client that writes and reads as the SDK does: it follows hints, and repeats under the same key what it does not know the end of.</summary>
internal sealed class Client(NodeWorld world, Network network, Rules rules, NodeBug bug, ulong id, IReadOnlyList<ShardId> shards)
{
    private const int Registers = 3;

    private ulong _sequence;
    private ulong _writes;
    private NodeId _hint;

    public int Completed { get; private set; }

    public async Task RunAsync()
    {
        while (!world.IsHealing)
        {
            await world.Delay(world.Between(500, 12_000));
            ShardId shard = shards[world.Random.Next(shards.Count)];
            byte register = (byte)world.Random.Next(Registers);
            if (world.Random.OneIn(3))
            {
                await ReadAsync(shard, register);
            }
            else
            {
                ulong ifVersion = world.Random.OneIn(3) ? rules.Floor(shard, register) : Write.Any;
                await WriteAsync(shard, new Write((id << 32) | ++_writes, register, ifVersion));
            }

            Completed++;
        }
    }

    private async Task WriteAsync(ShardId shard, Write write)
    {
        ulong sequence = ++_sequence;
        while (true)
        {
            if (Pick(shard) is { } replica)
            {
                Result<CommandOutcome> answer = await replica.ProposeAsync(new Proposal(write.Header(id, sequence), write.Encode()), default);
                if (answer.IsOk)
                {
                    if (answer.Value.Code == ErrorCode.None)
                    {
                        rules.Acknowledged(shard, write, answer.Value.Lsn.Value);
                    }

                    world.Require(answer.Value.Code is ErrorCode.None or ErrorCode.PreconditionFailed, "outcomes", $"{answer.Value.Code}");
                    return;
                }

                if (answer.Error.Code == ErrorCode.OutcomeUnknown)
                {
                    world.Hit(NodeProbe.OutcomeUnknown);
                    sequence = bug == NodeBug.NewKeyOnRetry ? ++_sequence : sequence;
                }

                _hint = answer.Error.Code == ErrorCode.NotLeader ? replica.Status.LeaderNode : default;
            }

            await world.Delay(world.Between(2_000, 20_000));
        }
    }

    private async Task ReadAsync(ShardId shard, byte register)
    {
        ulong floor = rules.Floor(shard, register);
        while (true)
        {
            Node node = network.Nodes.ElementAt(world.Random.Next(network.Nodes.Count));
            if (node.IsUp && node.Replicas.TryGetValue(shard, out Replica? replica) && replica.Running is { } running)
            {
                var machine = (Machine)replica.Machine;
                bool isOk = bug == NodeBug.StaleRead || (await running.ReadIndexAsync(default)).IsOk;
                if (isOk)
                {
                    rules.Read(shard, register, floor, machine.State.Versions.GetValueOrDefault(register));
                    world.Hit(running.Status.Leader == replica.Id ? NodeProbe.ReadAtLeader : NodeProbe.ReadAtFollower);
                    return;
                }
            }

            await world.Delay(world.Between(2_000, 20_000));
        }
    }

    private ShardReplica? Pick(ShardId shard)
    {
        Node node = _hint.Value != 0 ? network[_hint] : network.Nodes.ElementAt(world.Random.Next(network.Nodes.Count));
        _hint = default;
        return node.IsUp && node.Replicas.TryGetValue(shard, out Replica? replica) ? replica.Running : null;
    }
}

using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <content>Nodes and the tokens by which they join.</content>
internal static partial class ControlRules
{
    // Invariants:
    // - nodes stand by id, from 1 and without a gap, and none ever goes: a removed one stays as such;
    // - no two that are not removed have an address in common;
    // - where there are nodes, one of them is active and its replicas vote;
    // - a token that was used with a key is remembered until it expires, and gives that key its node's id again, and nobody anything else.

    private static CommandOutcome Execute(ref ControlState state, CreateJoinToken command, Sequence version, DateTimeOffset time)
    {
        if (command.Id == 0 || command.SecretHash.Length != CreateJoinToken.SecretHashBytes)
        {
            return Refused(ErrorCode.Malformed, "A join token has an id, and a secret whose SHA-256 is given.");
        }

        if (command.Expires <= time || command.Expires > time + JoinTokenRecord.MaxLifetime)
        {
            return Refused(ErrorCode.Malformed, $"A join token is good for some time, and for at most {JoinTokenRecord.MaxLifetime.TotalDays} days.");
        }

        ImmutableArray<JoinTokenRecord> tokens = state.Catalog.JoinTokens.RemoveAll(token => token.Expires <= time);
        if (tokens.Any(token => token.Id == command.Id))
        {
            return Refused(ErrorCode.AlreadyExists, "A join token of that id is there already.");
        }

        if (tokens.Count(token => !token.IsUsed) >= JoinTokenRecord.MaxTokens)
        {
            return Refused(
                ErrorCode.TooLarge, $"There are {JoinTokenRecord.MaxTokens} join tokens that nobody has used. Use one, or wait until one expires.");
        }

        var token = new JoinTokenRecord(command.Id, command.SecretHash, command.Expires, version);
        state = state with { Catalog = state.Catalog with { JoinTokens = [.. tokens.Append(token).OrderBy(each => each.Id)] } };
        return Done(time, CommandEffect.Created);
    }

    private static CommandOutcome Execute(ref ControlState state, RemoveJoinToken command, DateTimeOffset time)
    {
        if (state.Catalog.FindJoinToken(command.Id) is not { IsUsed: false } token)
        {
            return Refused(ErrorCode.NotFound, "There is no join token of that id: it was used, has expired, or never was.");
        }

        state = state with { Catalog = state.Catalog with { JoinTokens = state.Catalog.JoinTokens.Remove(token) } };
        return Done(time);
    }

    private static CommandOutcome Execute(ref ControlState state, AddNode command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        bool isFounder = command.Token == 0;
        if (command.Region.Value == 0 || command.Replicas is not (ReplicaKind.Voter or ReplicaKind.Learner))
        {
            return Refused(ErrorCode.Malformed, "A node has a region, and replicas that vote or learn.");
        }

        if (isFounder
                ? command.Node != AddNode.Founder || command.Replicas != ReplicaKind.Voter
                : command.Node.Value != 0)
        {
            return Refused(ErrorCode.Malformed, "The founder is node 1 and votes; every other node has a join token and gets its id.");
        }

        if (command.KeyHash.Length != 0 && (isFounder || command.KeyHash.Length != AddNode.KeyHashBytes))
        {
            return Refused(ErrorCode.Malformed, "A node that joins gives the SHA-256 of its public key.");
        }

        if (!isFounder && JoinedBefore(catalog, command, time) is { } before)
        {
            return Done(time, CommandEffect.None, before.Value);
        }

        if ((isFounder ? Taken(catalog) : CheckToken(catalog, command.Token, time)) is { } refusal)
        {
            return refusal;
        }

        var id = new NodeId(catalog.Nodes.IsEmpty ? 1 : catalog.Nodes[^1].Id.Value + 1);
        if (CheckEndpoints(catalog, id, command.PeerEndpoint, command.ClientEndpoint) is { } refused)
        {
            return refused;
        }

        if (catalog.Nodes.Count(node => node.State != ClusterNodeState.Removed) >= ClusterNode.MaxNodes)
        {
            return Refused(ErrorCode.TooLarge, $"A cluster has at most {ClusterNode.MaxNodes} nodes. Remove one that is no longer used first.");
        }

        var node = new ClusterNode(
            id, command.Region, command.PeerEndpoint, command.ClientEndpoint, ClusterNodeState.Active, command.Replicas, time, version);
        state = state with
        {
            Catalog = catalog with
            {
                Nodes = catalog.Nodes.Add(node),
                JoinTokens = Used(catalog.JoinTokens.RemoveAll(token => token.Expires <= time), command, id),
            },
        };
        return Done(time, CommandEffect.Created, id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, SetNode command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (command.Replicas is not (ReplicaKind.Voter or ReplicaKind.Learner) ||
            command.State is < ClusterNodeState.Active or > ClusterNodeState.Removed)
        {
            return Refused(ErrorCode.Malformed, "A node is active, draining or removed, and its replicas vote or learn.");
        }

        if (catalog.FindNode(command.Node) is not { } before)
        {
            return Refused(ErrorCode.NotFound, $"There is no node {command.Node}.");
        }

        if (before.State == ClusterNodeState.Removed)
        {
            return Refused(
                ErrorCode.PreconditionFailed, $"Node {command.Node} was removed, which is final. Empty its data folder and let it join as a new node.");
        }

        if (command.Expected != before.Version)
        {
            return Changed("The node");
        }

        if (CheckEndpoints(catalog, command.Node, command.PeerEndpoint, command.ClientEndpoint) is { } refused)
        {
            return refused;
        }

        ImmutableArray<ClusterNode> nodes = catalog.Nodes.Replace(before, before with
        {
            PeerEndpoint = command.PeerEndpoint,
            ClientEndpoint = command.ClientEndpoint,
            State = command.State,
            Kind = command.Replicas,
            Version = version,
        });
        if (!nodes.Any(node => node is { State: ClusterNodeState.Active, Kind: ReplicaKind.Voter }))
        {
            return Refused(
                ErrorCode.PreconditionFailed,
                $"Node {command.Node} is the last active one that votes. Let another node join, promote or resume one first.");
        }

        state = state with { Catalog = catalog with { Nodes = nodes } };
        return Done(time, CommandEffect.None, command.Node.Value);
    }

    private static CommandOutcome? Taken(Catalog catalog) => catalog.Nodes.IsEmpty
        ? null
        : Refused(ErrorCode.AlreadyExists, "The cluster has nodes already; another one joins with a token.");

    /// <summary>The node that joined with this very token and key; a removed one does not come back by asking again.</summary>
    private static NodeId? JoinedBefore(Catalog catalog, AddNode command, DateTimeOffset time) =>
        catalog.FindJoinToken(command.Token) is { IsUsed: true } token && token.Expires > time && token.KeyHash.Span.SequenceEqual(command.KeyHash.Span) &&
        catalog.FindNode(token.UsedBy) is { State: not ClusterNodeState.Removed } node
            ? node.Id
            : null;

    /// <summary>The tokens after one was used: it is remembered if there is a key to know its user by, and the oldest of too many is not.</summary>
    private static ImmutableArray<JoinTokenRecord> Used(ImmutableArray<JoinTokenRecord> tokens, AddNode command, NodeId node)
    {
        if (tokens.FirstOrDefault(token => token.Id == command.Token) is not { } used)
        {
            return tokens;
        }

        if (command.KeyHash.IsEmpty)
        {
            return tokens.Remove(used);
        }

        ImmutableArray<JoinTokenRecord> kept = tokens.Replace(used, used with { UsedBy = node, KeyHash = command.KeyHash });
        JoinTokenRecord[] all = [.. kept.Where(token => token.IsUsed)];
        return all.Length > JoinTokenRecord.MaxTokens ? kept.Remove(all.MinBy(token => token.UsedBy.Value)!) : kept;
    }

    private static CommandOutcome? CheckToken(Catalog catalog, UInt128 id, DateTimeOffset time) => catalog.FindJoinToken(id) switch
    {
        _ when catalog.Nodes.IsEmpty => Refused(
            ErrorCode.PreconditionFailed, "The cluster's first node has no address for other nodes. Start it with --node-listen first."),
        null => Refused(
            ErrorCode.Forbidden, "The join token was used, has expired, or is not one of this cluster's. Make a new one with 'nacre node token'."),
        { } token when token.Expires <= time => Refused(
            ErrorCode.TokenExpired, "The join token's time is over. Make a new one with 'nacre node token'."),
        { IsUsed: true } => Refused(
            ErrorCode.Forbidden, "The join token was used. Make a new one with 'nacre node token'."),
        _ => null,
    };

    private static CommandOutcome? CheckEndpoints(Catalog catalog, NodeId node, string peer, string client)
    {
        if ((NodeEndpoints.CheckPeer(peer) ?? NodeEndpoints.CheckClient(client)) is { } malformed)
        {
            return Refused(malformed.Code, malformed.Message);
        }

        ClusterNode? other = catalog.Nodes.FirstOrDefault(each =>
            each.Id != node && each.State != ClusterNodeState.Removed && (each.PeerEndpoint == peer || each.ClientEndpoint == client));
        return other is null
            ? null
            : Refused(
                ErrorCode.AlreadyExists,
                $"Node {other.Id} has the address {(other.PeerEndpoint == peer ? peer : client)}. Take another, or remove that node if this one replaces it.");
    }
}

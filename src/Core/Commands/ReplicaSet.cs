using System.Collections.Immutable;
using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>
/// The replicas of a shard: Raft's configuration. The command of an entry of kind <see cref="EntryKind.Configuration"/>;
/// encoded by <see cref="ReplicaSetCodec"/>.
/// </summary>
/// <remarks>Immutable. Each change gives a set of the next generation that differs in one replica (Raft thesis §4.1).</remarks>
public sealed class ReplicaSet
{
    // Invariants:
    // - members rise by id, each there once;
    // - no member's id is above LastGiven, and LastGiven never falls from one generation to the next: whoever is
    //   not above it and no member was removed.

    /// <summary>Most members.</summary>
    public const int MaxMembers = 32;

    /// <summary>Makes a set.</summary>
    /// <param name="generation">Counts the changes.</param>
    /// <param name="lastGiven">The highest id that was ever a member.</param>
    /// <param name="members">At most <see cref="MaxMembers"/>, rising by id.</param>
    public ReplicaSet(ReplicaSetGeneration generation, ReplicaId lastGiven, ImmutableArray<Replica> members)
    {
        Invariant.Check(members.Length <= MaxMembers);
        for (int at = 0; at < members.Length; at++)
        {
            Invariant.Check(members[at].Id.Value > 0);
            Invariant.Check(at == 0 || members[at - 1].Id < members[at].Id);
            Invariant.Check(members[at].Id <= lastGiven);
        }

        Generation = generation;
        LastGiven = lastGiven;
        Members = members;
    }

    /// <summary>What a replica knows that is to join: no members.</summary>
    public static ReplicaSet Empty { get; } = new(default, default, []);

    /// <summary>Counts the changes; the first set of a shard has 1.</summary>
    public ReplicaSetGeneration Generation { get; }

    /// <summary>The highest id that was ever a member.</summary>
    public ReplicaId LastGiven { get; }

    /// <summary>The members, rising by id.</summary>
    public ImmutableArray<Replica> Members { get; }

    /// <summary>How many members vote.</summary>
    public int Voters
    {
        get
        {
            int voters = 0;
            foreach (ref readonly Replica member in Members.AsSpan())
            {
                voters += member.Kind == ReplicaKind.Voter ? 1 : 0;
            }

            return voters;
        }
    }

    /// <summary>The first set of a shard: voters only.</summary>
    /// <param name="voters">Rising by id.</param>
    public static ReplicaSet Initial(params ReadOnlySpan<(ReplicaId Id, NodeId Node)> voters)
    {
        ImmutableArray<Replica>.Builder members = ImmutableArray.CreateBuilder<Replica>(voters.Length);
        foreach ((ReplicaId id, NodeId node) in voters)
        {
            members.Add(new Replica(id, node, ReplicaKind.Voter));
        }

        return new ReplicaSet(new ReplicaSetGeneration(1), voters.IsEmpty ? default : voters[^1].Id, members.ToImmutable());
    }

    /// <summary>Finds a member; null for who is none.</summary>
    public Replica? Find(ReplicaId id)
    {
        foreach (ref readonly Replica member in Members.AsSpan())
        {
            if (member.Id == id)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>True for an id that was a member and is none any more, or was passed over.</summary>
    public bool IsRemoved(ReplicaId id) => id <= LastGiven && Find(id) is null;

    /// <summary>The next set, with a member more.</summary>
    /// <param name="member">Its id is above <see cref="LastGiven"/>.</param>
    public ReplicaSet With(in Replica member)
    {
        Invariant.Check(member.Id > LastGiven);
        return new ReplicaSet(new ReplicaSetGeneration(Generation.Value + 1), member.Id, Members.Add(member));
    }

    /// <summary>The next set, where a member is of the other kind.</summary>
    public ReplicaSet With(ReplicaId id, ReplicaKind kind)
    {
        Replica member = Find(id)!.Value;
        return new ReplicaSet(
            new ReplicaSetGeneration(Generation.Value + 1), LastGiven, Members.Replace(member, member with { Kind = kind }));
    }

    /// <summary>The next set, without a member.</summary>
    public ReplicaSet Without(ReplicaId id) =>
        new(new ReplicaSetGeneration(Generation.Value + 1), LastGiven, Members.Remove(Find(id)!.Value));

    /// <summary>Voters by their ids; learners with a plus before theirs.</summary>
    public override string ToString() =>
        string.Join(' ', Members.Select(member => member.Kind == ReplicaKind.Voter ? $"{member.Id}" : $"+{member.Id}"));
}

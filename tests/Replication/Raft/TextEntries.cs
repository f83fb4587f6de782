using System.Collections.Immutable;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Entries that a test can read: <c>open 3</c> opens term 3, <c>set 2,4: 1 2 +4</c> is a replica set of generation 2 where 4 is the highest id given.</summary>
internal sealed class TextEntries(Func<Term> term) : IRaftEntries
{
    public ReadOnlyMemory<byte> Opening() => Encoding.UTF8.GetBytes($"open {term()}");

    public ReadOnlyMemory<byte> Configuration(ReplicaSet set) => Encoding.UTF8.GetBytes($"set {set.Generation},{set.LastGiven}: {set}");

    public bool IsConfiguration(ReadOnlySpan<byte> entry) => entry.StartsWith("set "u8);

    public ReplicaSet? ReadConfiguration(ReadOnlyMemory<byte> entry) => Parse(Encoding.UTF8.GetString(entry.Span));

    public static ReplicaSet Parse(string entry)
    {
        string[] parts = entry["set ".Length..].Split(": ");
        ulong[] head = [.. parts[0].Split(',').Select(ulong.Parse)];
        ImmutableArray<Replica> members =
        [
            .. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(member =>
            {
                ulong id = ulong.Parse(member.TrimStart('+'));
                return new Replica(
                    new ReplicaId(id), new NodeId((uint)id), member[0] == '+' ? ReplicaKind.Learner : ReplicaKind.Voter);
            }),
        ];
        return new ReplicaSet(new ReplicaSetGeneration((uint)head[0]), new ReplicaId(head[1]), members);
    }
}

using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>The entries that the core has the replica make.</summary>
[TestFixture]
public sealed class ReplicaEntriesTests
{
    [Test]
    public async Task Configuration_EncodedAsAnEntry_IsRecognisedAndReadBack()
    {
        await using var rig = new Rig();
        IRaftEntries entries = rig.Replica;
        ReplicaSet set = ReplicaSet.Initial((new ReplicaId(1), new NodeId(4)))
            .With(new Replica(new ReplicaId(2), new NodeId(5), ReplicaKind.Learner));

        ReadOnlyMemory<byte> entry = entries.Configuration(set);

        Assert.That(entries.IsConfiguration(entry.Span));
        Assert.That(entries.ReadConfiguration(entry)!.Members, Is.EqualTo(set.Members));
        Assert.That(EntryCodec.Decode(entry, out EntryHeader header, out _), Is.Null);
        Assert.That(header.ReplicaSet, Is.EqualTo(set.Generation));
        Assert.That(header.Shard, Is.EqualTo(Rig.Shard));
        Assert.That(header.Sequence, Is.EqualTo(default(Sequence)), "it takes none");
    }

    [Test]
    public async Task Configuration_InBytesThatAreNone_IsNotRead()
    {
        await using var rig = new Rig();
        IRaftEntries entries = rig.Replica;
        byte[] entry = entries.Configuration(ReplicaSet.Empty).ToArray();

        Assert.That(entries.ReadConfiguration(entry.AsMemory(0, entry.Length - 1)), Is.Null);
        Assert.That(entries.IsConfiguration(entries.Opening().Span), Is.False);
        Assert.That(entries.IsConfiguration(entry.AsSpan(0, 5)), Is.False);
    }
}

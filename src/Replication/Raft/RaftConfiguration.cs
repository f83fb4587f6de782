using System.Collections.Immutable;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>What a <see cref="RaftCore"/> starts from.</summary>
/// <param name="Self">This replica.</param>
/// <param name="Voters">The voters, this one among them. One, for now.</param>
/// <param name="Log">What the log recovered.</param>
/// <param name="Applied">What the state machine recovered; it was committed, so commit starts there.</param>
/// <param name="Opening">Makes the entry without a command with which a new leader opens its term.</param>
public sealed record RaftConfiguration(
    ReplicaId Self, ImmutableArray<ReplicaId> Voters, ShardLogState Log, LogIndex Applied, Func<ReadOnlyMemory<byte>> Opening);

using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.Time;

namespace Nacre.Replication.Raft;

/// <summary>What a <see cref="RaftCore"/> starts from.</summary>
/// <param name="Self">This replica.</param>
/// <param name="Sets">
/// The replica set in force at <paramref name="Applied"/>, then those of all configuration entries above it in the log,
/// committed or not, rising by index. For a replica that is to join: index 0 and no members.
/// </param>
/// <param name="Log">What the log recovered.</param>
/// <param name="Terms">The terms of all its entries, as the log's <see cref="ISharedLog.TermsOf"/> tells them.</param>
/// <param name="Applied">What the state machine recovered; it was committed, so commit starts there.</param>
/// <param name="Entries">Makes and recognises the core's own entries.</param>
/// <param name="Random">Draws the election timeouts.</param>
/// <param name="Options">Valid ones.</param>
public sealed record RaftConfiguration(
    ReplicaId Self,
    ImmutableArray<LoggedReplicaSet> Sets,
    ShardLogState Log,
    IReadOnlyList<TermSpan> Terms,
    LogIndex Applied,
    IRaftEntries Entries,
    IRandomSource Random,
    RaftOptions Options);

using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Replication.Tests.Raft;

/// <summary>A replica's state at one entry.</summary>
internal sealed record RaftSnapshot(LogIndex Index, Term Term, ImmutableArray<(Term Term, string Entry)> State, ReplicaSet Initial);

using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>A checkpoint of a <see cref="CountingMachine"/>.</summary>
internal sealed record MachineCheckpoint(
    LogIndex Applied, Sequence Sequence, DateTimeOffset Time, ulong Hash, IReadOnlyList<byte[]> Commands, LoggedReplicaSet? Set);

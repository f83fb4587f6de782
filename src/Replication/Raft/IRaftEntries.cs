using Nacre.Core.Commands;

namespace Nacre.Replication.Raft;

/// <summary>
/// What the core asks of entries, which are bytes to it otherwise. Called within <see cref="RaftCore"/>'s members, on
/// their thread; must not call the core.
/// </summary>
public interface IRaftEntries
{
    /// <summary>Makes the entry without a command with which a new leader opens its term.</summary>
    ReadOnlyMemory<byte> Opening();

    /// <summary>Makes the entry that changes the replica set.</summary>
    /// <param name="set">The set from this entry on.</param>
    ReadOnlyMemory<byte> Configuration(ReplicaSet set);

    /// <summary>True for an entry that <see cref="Configuration"/> made. Called for every entry: cheap.</summary>
    bool IsConfiguration(ReadOnlySpan<byte> entry);

    /// <summary>The replica set in an entry for which <see cref="IsConfiguration"/> is true; null for bytes that are none.</summary>
    ReplicaSet? ReadConfiguration(ReadOnlyMemory<byte> entry);
}

using System.Collections.Immutable;
using Nacre.Core.Hashing;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>What snapshots are of: their bytes stand for a state, and tell nothing but which one.</summary>
internal sealed class Images
{
    private readonly Dictionary<UInt128, MachineState> _states = [];

    public MachineState this[UInt128 id] => _states[id];

    /// <summary>The same state has the same id and bytes on every node.</summary>
    public SnapshotManifest Describe(ShardId shard, MachineState state)
    {
        byte[] name = [.. BitConverter.GetBytes(shard.Value), .. BitConverter.GetBytes(state.Applied.Value), .. BitConverter.GetBytes(state.Hash)];
        (ulong first, ulong second) = Murmur3.Hash128(name);
        var id = new UInt128(first, second);
        _states[id] = state;
        ImmutableArray<SnapshotFile> files = [new("head", 100 + (long)(first % 300)), new("items", 1 + (long)(second % 60_000))];
        return new SnapshotManifest(id, shard, state.Applied, state.Set, state.Hash, files);
    }

    public static byte ByteAt(UInt128 id, int file, long offset) => (byte)((ulong)id + ((ulong)file * 77) + ((ulong)offset * 31) + ((ulong)offset >> 8) + 1);
}

using System.Text;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Topology;

/// <summary>A container's ranges and the shards that serve them, as some node told at some time.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class ContainerMap
{
    // Invariants: _mins and _shards describe the same ranges, ascending by their lower bounds; the first begins at "".
    private readonly byte[][][] _paths;
    private readonly byte[][] _mins;
    private readonly uint[] _shards;

    private ContainerMap(byte[][][] paths, byte[][] mins, uint[] shards) => (_paths, _mins, _shards) = (paths, mins, shards);

    /// <summary>Of a container of which nothing could be learned.</summary>
    public static ContainerMap Unknown { get; } = new([], [], []);

    /// <summary>Takes what a node told.</summary>
    /// <returns><see cref="Unknown"/> for what this client cannot read.</returns>
    public static ContainerMap Of(Wire.Container container)
    {
        if (container.Ranges.Count == 0 || container.Ranges[0].Min.Length > 0 || container.PartitionKeyPaths.Count is < 1 or > PartitionHash.MaxBytes / PartitionHash.LevelBytes)
        {
            return Unknown;
        }

        try
        {
            return new ContainerMap(
                [.. container.PartitionKeyPaths.Select(path => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes).ToArray())],
                [.. container.Ranges.Select(range => Convert.FromHexString(range.Min))],
                [.. container.Ranges.Select(range => range.Shard)]);
        }
        catch (FormatException)
        {
            return Unknown;
        }
    }

    /// <summary>The node that leads the shard of an item, as far as is known.</summary>
    /// <param name="call">A call about the item.</param>
    /// <param name="leaders">By shard from 1; null where none is known.</param>
    public RpcChannel? LeaderOf(in ItemCall call, RpcChannel?[] leaders)
    {
        if (_shards.Length == 0)
        {
            return null;
        }

        if (_shards.Length == 1 || Array.TrueForAll(leaders, leader => ReferenceEquals(leader, leaders[0])))
        {
            return Leader(leaders, _shards[0]);
        }

        Span<byte> hash = stackalloc byte[PartitionHash.MaxBytes];
        int length = call.PartitionKey is { } key
            ? PartitionHash.Write(key, hash)
            : PartitionHash.Write(call.Body.Span, _paths, hash);
        return length == 0 ? null : Leader(leaders, _shards[IndexOf(hash[..length])]);
    }

    private static RpcChannel? Leader(RpcChannel?[] leaders, uint shard) => shard - 1 < (uint)leaders.Length ? leaders[shard - 1] : null;

    private int IndexOf(ReadOnlySpan<byte> hash)
    {
        int low = 0;
        int high = _mins.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_mins[middle].AsSpan().SequenceCompareTo(hash) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}

using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>One checkpoint of a shard: all that recovery needs, proved by one seal.</summary>
/// <param name="Generation">From 1, one more for each checkpoint.</param>
/// <param name="Store">The store's random name.</param>
/// <param name="Groups">Groups of a segment.</param>
/// <param name="PageBytes">Bytes of a log page.</param>
/// <param name="Applied">Index of the last entry in it.</param>
/// <param name="Meta">The state machine's own bytes.</param>
/// <param name="Items">The item records.</param>
/// <param name="Nodes">The tree nodes.</param>
internal sealed record ShardManifest(
    ulong Generation,
    StoreId Store,
    int Groups,
    int PageBytes,
    LogIndex Applied,
    ReadOnlyMemory<byte> Meta,
    RecordManifest Items,
    RecordManifest Nodes)
{
    /// <summary>Version of the encoding.</summary>
    public const uint FormatVersion = 1;

    /// <summary>Names of the files that it needs, its own excepted.</summary>
    public IEnumerable<string> Files() => Items.Files().Concat(Nodes.Files());

    /// <summary>Data keys that it needs.</summary>
    public IEnumerable<DataKeyId> Keys() => Items.Keys().Concat(Nodes.Keys());
}

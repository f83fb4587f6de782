using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Storage.Documents;

/// <summary>The encryption of a shard's store.</summary>
/// <param name="store">The store.</param>
internal sealed class ShardEncryption(IShardStore store) : IShardEncryption
{
    /// <inheritdoc/>
    public IReadOnlyList<DataKeyId> KeysInUse() => store.KeysInUse();

    /// <inheritdoc/>
    public Task<bool> ReencryptSegmentAsync() => store.ReencryptSegmentAsync();
}

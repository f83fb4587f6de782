using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>Takes a data shard's store to the current data key while it serves.</summary>
/// <remarks>Thread-safe, until the shard's state machine is disposed.</remarks>
public interface IShardEncryption
{
    /// <summary>Data keys that something on the shard's disk needs, in order.</summary>
    IReadOnlyList<DataKeyId> KeysInUse();

    /// <summary>
    /// Rewrites one segment under the current data key, where one is under another. The old file, and with it its key's
    /// use, ends with the second checkpoint after. One call at a time.
    /// </summary>
    /// <returns>
    /// False when every segment is under the current key. Faults with <see cref="StorageFaultException"/> when a block
    /// fails its check or the disk refuses: the old file stays in use.
    /// </returns>
    Task<bool> ReencryptSegmentAsync();
}

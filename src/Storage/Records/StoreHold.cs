using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>A checkpoint whose files stay as they are, below the ends that its manifest names, until this is disposed.</summary>
/// <param name="manifest">The checkpoint.</param>
/// <param name="key">The data key that its manifest is under.</param>
/// <param name="sealedManifest">The manifest's file.</param>
/// <param name="release">Ends the hold.</param>
internal sealed class StoreHold(ShardManifest manifest, DataKeyId key, ReadOnlyMemory<byte> sealedManifest, Action<StoreHold> release)
    : IDisposable
{
    private int _isReleased;

    /// <summary>The checkpoint.</summary>
    public ShardManifest Manifest { get; } = manifest;

    /// <summary>The data key that its manifest is under.</summary>
    public DataKeyId Key { get; } = key;

    /// <summary>The manifest's file, whose own file may go.</summary>
    public ReadOnlyMemory<byte> SealedManifest { get; } = sealedManifest;

    /// <summary>The other files that belong to the checkpoint, each with as many bytes as do.</summary>
    public IEnumerable<(string Name, long Bytes)> Files()
    {
        var geometry = new BlockGeometry(Manifest.Groups);
        foreach (RecordManifest records in new[] { Manifest.Items, Manifest.Nodes })
        {
            foreach (BlockLogState blocks in new[] { records.Blocks, records.Index?.Blocks }.OfType<BlockLogState>())
            {
                foreach (SealedSegmentState segment in blocks.Sealed)
                {
                    yield return (blocks.Log.FileName(segment.Number, segment.Generation), geometry.FileBytes);
                }

                if (blocks.Tail is { } tail)
                {
                    yield return (blocks.Log.FileName(tail.Number, tail.Generation), geometry.FileBytesThrough(blocks.End, tail.Number));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            release(this);
        }
    }
}

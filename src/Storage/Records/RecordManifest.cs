using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>What a manifest keeps of one record store.</summary>
/// <param name="Log">Where its log begins and ends.</param>
/// <param name="Blocks">How its blocks are read and proved.</param>
/// <param name="NextIndexOrdinal">Ordinal for the next index checkpoint.</param>
/// <param name="Index">The index checkpoint that serves this point; null when there is none.</param>
internal sealed record RecordManifest(
    RecordLogState Log, BlockLogState Blocks, uint NextIndexOrdinal, IndexManifest? Index)
{
    /// <summary>Names of the files that it needs.</summary>
    public IEnumerable<string> Files() => Index is null ? Blocks.Files() : Blocks.Files().Concat(Index.Blocks.Files());

    /// <summary>Data keys that it needs.</summary>
    public IEnumerable<DataKeyId> Keys() => Index is null ? Blocks.Keys() : Blocks.Keys().Concat(Index.Blocks.Keys());
}

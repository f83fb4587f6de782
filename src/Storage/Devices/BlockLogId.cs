using System.Globalization;
using Nacre.Core;

namespace Nacre.Storage.Devices;

/// <summary>Names a block log within its store.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Ordinal">0 for the records; counts the checkpoints of a hash index.</param>
internal readonly record struct BlockLogId(BlockLogKind Kind, uint Ordinal)
{
    /// <summary>How the names of its files begin.</summary>
    public string FilePrefix => Kind switch
    {
        BlockLogKind.Items => "items",
        BlockLogKind.Nodes => "nodes",
        BlockLogKind.ItemsIndex => string.Create(CultureInfo.InvariantCulture, $"items-index-{Ordinal:d6}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"nodes-index-{Ordinal:d6}"),
    };

    /// <summary>The name of a segment's file.</summary>
    public string FileName(long segment, uint generation)
    {
        Invariant.Check(segment >= 0);
        return string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}-{segment:d8}-{generation:d4}.seg");
    }
}

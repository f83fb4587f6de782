using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>How a shard's trees are laid out.</summary>
internal sealed record TreeOptions
{
    /// <summary>
    /// Size in bytes up to which a node is filled. Default 8,192; 1,024 to 32,768. May change at a restart: nodes of
    /// other sizes stay readable and are rewritten as they change. A node may be larger where a few long keys want it.
    /// </summary>
    public int NodeBytes { get; init; } = 8192;

    /// <summary>Throws unless every option is in its range.</summary>
    public void Validate() => Invariant.Check(NodeBytes is >= 1024 and <= 32768);
}

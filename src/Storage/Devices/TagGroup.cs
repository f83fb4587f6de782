namespace Nacre.Storage.Devices;

/// <summary>The tag entries of one group of blocks: the content of its tag sector.</summary>
internal sealed class TagGroup
{
    // Invariants:
    // - an entry is written once, before the written mark covers its block, and never changed;
    // - a complete group never changes.

    /// <summary>128 entries of 32 bytes.</summary>
    public byte[] Entries { get; } = new byte[BlockGeometry.BlockBytes];

    /// <summary>Blocks that have an entry; belongs to the writer.</summary>
    public int Written { get; set; }

    /// <summary>True when every block of the group was written.</summary>
    public bool IsComplete => Written == BlockGeometry.GroupBlocks;

    /// <summary>The entry of a block.</summary>
    /// <param name="block">0 to 127.</param>
    public Span<byte> Entry(int block) => Entries.AsSpan(block * BlockGeometry.TagBytes, BlockGeometry.TagBytes);
}

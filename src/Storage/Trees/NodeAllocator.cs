using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>Gives out node numbers, one after another, to all trees of a shard; a number is never given twice.</summary>
/// <remarks>Thread: the applier. The checkpoint keeps <see cref="Next"/> beside the roots.</remarks>
internal sealed class NodeAllocator
{
    // Invariants:
    // - _next is above every number of a node that any durable root reaches.
    private ulong _next;

    /// <param name="next">The next number, from 1: that of the recovered checkpoint, or 1 for a new shard.</param>
    public NodeAllocator(ulong next)
    {
        Invariant.Check(next > 0);
        _next = next;
    }

    /// <summary>The number that will be given next.</summary>
    public ulong Next => _next;

    /// <summary>Gives out a number.</summary>
    public ulong Allocate()
    {
        Invariant.Check(_next < ulong.MaxValue);
        return _next++;
    }
}

using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>Something that holds for a shard's indexes from its first one on.</summary>
internal interface IIndexSpan
{
    /// <summary>The first index.</summary>
    ulong First { get; }
}

/// <summary>Entries of a shard that lie in one frame.</summary>
/// <param name="First">The first of them.</param>
/// <param name="UseId">The segment's use.</param>
/// <param name="Position">The frame's place, in blocks.</param>
/// <param name="Blocks">The frame's length, in blocks.</param>
/// <param name="Domain">The section that they lie in.</param>
internal readonly record struct FrameSpan(ulong First, ulong UseId, uint Position, uint Blocks, KeyDomainId Domain) : IIndexSpan
{
    /// <summary>True when the other's entries lie in the same frame.</summary>
    public bool IsSameFrame(FrameSpan other) => UseId == other.UseId && Position == other.Position;
}

/// <summary>Entries of a shard with one term.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Term">Their term.</param>
internal readonly record struct TermRun(ulong First, ulong Term) : IIndexSpan;

using Nacre.Core.Commands;
using Nacre.Core.Documents;

namespace Nacre.Server.Items;

/// <summary>A write as a caller asks for it, from a unary call or out of a stream.</summary>
internal readonly struct ItemWrite
{
    /// <summary>What to do.</summary>
    public required ItemOperationKind Kind { get; init; }

    /// <summary>For Delete: the item's. Else empty, or what the document's must equal.</summary>
    public required PartitionKey PartitionKey { get; init; }

    /// <summary>For Delete: the item's. Else empty, or what the document's must equal.</summary>
    public required string Id { get; init; }

    /// <summary>UTF-8 JSON; empty for Delete. Borrowed until the entry is encoded.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>A tag, "*", or empty.</summary>
    public required string IfMatch { get; init; }

    /// <summary>"*" or empty.</summary>
    public required string IfNoneMatch { get; init; }

    /// <summary>The caller's key, without hash; or none.</summary>
    public required IdempotencyKey Idempotency { get; init; }

    /// <summary>True when the caller's thread has nothing else to do until the answer is there, so that it may write it itself.</summary>
    public required bool IsAlone { get; init; }
}

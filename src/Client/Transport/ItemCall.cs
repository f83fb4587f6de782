using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>An operation on one item, before any transport has given it bytes.</summary>
internal readonly struct ItemCall
{
    /// <summary>Create to Delete.</summary>
    public required Wire.OperationKind Kind { get; init; }

    public required ContainerName Container { get; init; }

    /// <summary>Required by Read and Delete.</summary>
    public Wire.PartitionKey? PartitionKey { get; init; }

    /// <summary>Required by Read and Delete; optional with Replace.</summary>
    public string? Id { get; init; }

    /// <summary>UTF-8 JSON; borrowed until the operation is over.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    /// <summary>The same for all repetitions; 0 for a read.</summary>
    public ulong Sequence { get; init; }

    /// <summary>What the client's session has written and seen of the container.</summary>
    public required ContainerSession Session { get; init; }

    /// <summary>Read: what is asked for.</summary>
    public Wire.ConsistencyLevel Consistency { get; init; }

    /// <summary>Read: what the caller gives besides its own session.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Whether session tokens may matter to it.</summary>
    public bool MayUseSession => Consistency is Wire.ConsistencyLevel.Session or Wire.ConsistencyLevel.Unspecified;

    public bool IsWrite => Kind is not Wire.OperationKind.Read;
}

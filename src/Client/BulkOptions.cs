namespace Nacre.Client;

/// <summary>How a <see cref="BulkWriter"/> writes.</summary>
public sealed record BulkOptions
{
    /// <summary>What becomes of items that are there already. Default: they are replaced.</summary>
    public BulkMode Mode { get; init; }

    /// <summary>Items under way at most. Default 512; 1 to 65,536.</summary>
    public int MaxOpen { get; init; } = 512;

    /// <summary>
    /// Bytes of items under way at most; one item may always be. Default 4 MiB, half of what one shard takes: with more,
    /// items beyond that are refused as Overloaded, and those that are refused again and again fail.
    /// </summary>
    public int MaxOpenBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Time for one item with its repetitions; null: <see cref="NacreClientOptions.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    internal BulkOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOpen, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxOpen, 65_536);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOpenBytes, 1);
        return this;
    }
}

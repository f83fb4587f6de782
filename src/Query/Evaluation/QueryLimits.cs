using Nacre.Core;

namespace Nacre.Query.Evaluation;

/// <summary>What one query may use up. Beyond it ends with <see cref="Nacre.Core.Errors.ErrorCode.QueryLimit"/>.</summary>
public sealed record QueryLimits
{
    /// <summary>The defaults.</summary>
    public static QueryLimits Default { get; } = new();

    /// <summary>
    /// Steps; one is about what looking at 16 bytes costs, or one operator on one row. Default 2,000,000,000, which is some
    /// tens of seconds of one processor.
    /// </summary>
    public long MaxSteps { get; init; } = 2_000_000_000;

    /// <summary>
    /// Steps for the rows of one document, which nothing interrupts but cancellation. Default 100,000,000, which is a second or
    /// two of one processor.
    /// </summary>
    public long MaxItemSteps { get; init; } = 100_000_000;

    /// <summary>Bytes that a query may hold at once to sort, to group and to tell duplicates apart. Default 64 MiB.</summary>
    public long MaxHeldBytes { get; init; } = 64L << 20;

    /// <summary>The largest string, array or object that a query may build, in bytes. Default 4 MiB.</summary>
    public int MaxValueBytes { get; init; } = 4 << 20;

    /// <summary>Throws unless all are above zero.</summary>
    internal void Check()
    {
        Invariant.Check(MaxSteps > 0);
        Invariant.Check(MaxItemSteps > 0);
        Invariant.Check(MaxHeldBytes > 0);
        Invariant.Check(MaxValueBytes > 0);
    }
}

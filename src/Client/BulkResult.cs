using System.Diagnostics.CodeAnalysis;

namespace Nacre.Client;

/// <summary>What became of one item of a bulk write.</summary>
/// <param name="Index">The item's place in the input, from 0.</param>
/// <param name="Result">What the write did; the default value when it failed.</param>
/// <param name="Error">Why it failed; null when it took effect.</param>
public readonly record struct BulkResult(long Index, WriteResult Result, NacreException? Error)
{
    /// <summary>True when the item was written.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;
}

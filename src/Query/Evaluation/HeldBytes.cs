using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Counts what a query holds, and ends it at the limit. Each subquery that runs has a share of its own, which it lets go of as a whole.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class HeldBytes(long limit)
{
    // Invariants:
    // - 0 <= Held <= limit.
    // - What a share holds is part of what the whole holds.

    private readonly HeldBytes? _whole;

    /// <summary>Makes a share.</summary>
    /// <param name="whole">What it is part of.</param>
    public HeldBytes(HeldBytes whole)
        : this(long.MaxValue)
    {
        _whole = whole;
    }

    /// <summary>What a value costs beside its bytes.</summary>
    public const int PerValue = 48;

    /// <summary>The bytes held now.</summary>
    public long Held { get; private set; }

    /// <summary>Counts more bytes.</summary>
    /// <exception cref="QueryRefusedException">They are too many.</exception>
    public void Add(long bytes)
    {
        if (bytes > limit - Held)
        {
            throw QueryRefusedException.Limit(
                $"The query would have to hold more than {limit} bytes to sort, group or tell duplicates apart. Select less, filter more, or add LIMIT.");
        }

        _whole?.Add(bytes);
        Held += bytes;
    }

    /// <summary>Counts bytes that are let go.</summary>
    public void Release(long bytes)
    {
        Core.Invariant.Check(bytes <= Held);
        Held -= bytes;
        _whole?.Release(bytes);
    }

    /// <summary>Lets all of a share go.</summary>
    public void ReleaseAll() => Release(Held);

    /// <summary>A copy that borrows nothing, counted.</summary>
    public QueryValue Keep(in QueryValue value)
    {
        Add(CostOf(value));
        return Copy(value);
    }

    /// <summary>What keeping a value costs.</summary>
    public static long CostOf(in QueryValue value) => PerValue + value.Utf8.Length;

    /// <summary>A copy that borrows nothing.</summary>
    public static QueryValue Copy(in QueryValue value) => value.Kind switch
    {
        ValueKind.String => QueryValue.FromUtf8String(value.Utf8.ToArray()),
        ValueKind.Array or ValueKind.Object => QueryValue.FromJson(value.Utf8.ToArray()),
        ValueKind.Number when !value.Utf8.IsEmpty => QueryValue.FromNumberText(value.Utf8.ToArray()),
        _ => value,
    };
}

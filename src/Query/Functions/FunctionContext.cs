using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Time;
using Nacre.Query.Spatial;

namespace Nacre.Query.Functions;

/// <summary>What functions may know of the query that calls them, and what they may use up.</summary>
/// <remarks>
/// Not thread-safe: one for each thread that evaluates a query. A step is about what looking at 16 bytes costs; the
/// budget bounds the processor time of a query whatever its text and data are.
/// </remarks>
public sealed class FunctionContext
{
    // Invariants:
    // - _stepsLeft only falls; below zero nothing goes on, and below _itemFloor nothing of the item that was begun last.
    // - Now never changes: all rows of a query see one instant.

    private const int StepsBetweenLooks = 4096;

    private readonly IRandomSource _random;
    private readonly CancellationToken _cancellation;
    private readonly long _maxSteps;
    private long _stepsLeft;
    private long _nextLook;
    private long _itemSteps = long.MaxValue;
    private long _itemFloor;

    /// <summary>Makes the context of one query.</summary>
    /// <param name="now">The instant that GetCurrentDateTime and its like answer, in UTC.</param>
    /// <param name="random">What RAND draws from.</param>
    /// <param name="maxValueBytes">The largest string, array or object that a function may build, in bytes; above 0.</param>
    /// <param name="maxSteps">The step budget; not negative.</param>
    /// <param name="cancellation">Ends the query; it is looked at every few thousand steps.</param>
    public FunctionContext(
        DateTimeOffset now, IRandomSource random, int maxValueBytes, long maxSteps, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(random);
        Invariant.Check(maxValueBytes > 0);
        Invariant.Check(maxSteps >= 0);
        Now = now.ToUniversalTime();
        _random = random;
        MaxValueBytes = maxValueBytes;
        _maxSteps = maxSteps;
        _stepsLeft = maxSteps;
        _nextLook = maxSteps;
        _cancellation = cancellation;
    }

    /// <summary>The query's instant, in UTC.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The largest value that a function may build, in bytes.</summary>
    public int MaxValueBytes { get; }

    /// <summary>The steps charged so far.</summary>
    public long StepsUsed => _maxSteps - _stepsLeft;

    /// <summary>The regular expressions of this query.</summary>
    internal PatternCache Patterns { get; } = new();

    /// <summary>The last few geometries of this query.</summary>
    internal GeometryCache Geometries { get; } = new();

    /// <summary>Uses steps up.</summary>
    /// <param name="steps">Not negative.</param>
    /// <exception cref="FunctionLimitException">The budget is used up.</exception>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public void Charge(long steps)
    {
        Invariant.Check(steps >= 0);
        // A subtraction that wrapped would give the steps back.
        _stepsLeft = steps > _stepsLeft ? -1 : _stepsLeft - steps;
        if (_stepsLeft <= _nextLook)
        {
            Look();
        }
    }

    /// <summary>Bounds what is charged from here until the next call: one item must not take all of a long query's steps at once.</summary>
    /// <param name="steps">Steps, counted in thousands; <see cref="long.MaxValue"/> for no bound but the query's own.</param>
    internal void BeginItem(long steps)
    {
        _itemSteps = steps;
        _itemFloor = Math.Max(0, _stepsLeft - steps);
    }

    /// <summary>Uses up the steps of looking at so many bytes.</summary>
    internal void ChargeBytes(long bytes) => Charge(1 + (bytes >> 4));

    /// <summary>Asks whether a value of so many bytes may be built, before it is, and charges for it.</summary>
    /// <exception cref="FunctionLimitException">It is too large, or the budget is used up.</exception>
    internal void CheckSize(long bytes)
    {
        if (bytes > MaxValueBytes)
        {
            throw new FunctionLimitException(FunctionLimit.ValueBytes, MaxValueBytes);
        }

        ChargeBytes(bytes);
    }

    /// <summary>A number from 0, inclusive, to 1, exclusive: 53 random bits.</summary>
    internal double NextRandom()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        _random.Fill(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) * (1.0 / (1L << 53));
    }

    private void Look()
    {
        if (_stepsLeft < 0)
        {
            throw new FunctionLimitException(FunctionLimit.Steps, _maxSteps);
        }

        if (_stepsLeft < _itemFloor)
        {
            throw new FunctionLimitException(FunctionLimit.ItemSteps, _itemSteps);
        }

        _cancellation.ThrowIfCancellationRequested();
        _nextLook = Math.Max(_stepsLeft - StepsBetweenLooks, -1);
    }
}

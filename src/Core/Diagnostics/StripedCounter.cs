using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nacre.Core.Diagnostics;

/// <summary>A counter for hot paths: each processor core counts on a cache line of its own, whoever looks adds them up.</summary>
/// <remarks>Thread-safe. It never falls, and no count is lost; a sum taken while others count may miss the newest.</remarks>
public sealed class StripedCounter
{
    private readonly Stripe[] _stripes = new Stripe[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];

    /// <summary>What was counted so far.</summary>
    public long Value
    {
        get
        {
            long sum = 0;
            foreach (ref Stripe stripe in _stripes.AsSpan())
            {
                sum += Volatile.Read(ref stripe.Count);
            }

            return sum;
        }
    }

    /// <summary>Counts one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment() => Interlocked.Increment(ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)].Count);

    /// <summary>Two cache lines: processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(0)]
        public long Count;
    }
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nacre.Core;

/// <summary>Checks of what must hold in every build. A failed check is a bug, never an input error.</summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantViolationException"/> unless <paramref name="condition"/> holds.</summary>
    /// <param name="condition">One condition a call; O(1) to evaluate.</param>
    /// <param name="expression">The condition's text; filled in by the compiler.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
        {
            Violated(expression);
        }
    }

    /// <summary>Like <see cref="Check"/>, for conditions too slow for release builds.</summary>
    /// <param name="condition">One condition a call.</param>
    /// <param name="expression">The condition's text; filled in by the compiler.</param>
    [Conditional("DEBUG")]
    public static void CheckSlow(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? expression = null) =>
        Check(condition, expression);

    [DoesNotReturn]
    private static void Violated(string? expression) => throw new InvariantViolationException(expression ?? "(unknown)");
}

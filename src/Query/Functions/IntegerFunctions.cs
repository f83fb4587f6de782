using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>
/// Functions of 64-bit integers, exact over their whole range, wrapping around beyond it. A number with a fraction, or
/// outside of the range, has no answer.
/// </summary>
internal static class IntegerFunctions
{
    private const FunctionFamily Family = FunctionFamily.Mathematical;
    private const int Bits = 64;

    public static IEnumerable<ScalarFunction> All =>
    [
        Of("INTADD", "The sum of two integers.", static (left, right) => unchecked(left + right)),
        Of("INTBITAND", "The bits that both integers have.", static (left, right) => left & right),
        Of("INTBITLEFTSHIFT", "The integer shifted left by 0 to 63 bits.",
            static (left, right) => right is >= 0 and < Bits ? left << (int)right : null),
        new("INTBITNOT", Family, 1, 1, "The bits that the integer does not have.", static (arguments, _) =>
            arguments[0].TryGetInteger(out long value) ? QueryValue.FromInteger(~value) : QueryValue.Undefined),
        Of("INTBITOR", "The bits that either integer has.", static (left, right) => left | right),
        Of("INTBITRIGHTSHIFT", "The integer shifted right by 0 to 63 bits; its sign comes in.",
            static (left, right) => right is >= 0 and < Bits ? left >> (int)right : null),
        Of("INTBITXOR", "The bits that one of the integers has.", static (left, right) => left ^ right),
        // The processor traps on the smallest integer divided by -1.
        Of("INTDIV", "The quotient of two integers, rounded towards zero.",
            static (left, right) => right == 0 ? null : right == -1 ? unchecked(-left) : left / right),
        Of("INTMOD", "What is left of that division; it has the sign of the first.",
            static (left, right) => right == 0 ? null : right == -1 ? 0 : left % right),
        Of("INTMUL", "The product of two integers.", static (left, right) => unchecked(left * right)),
        Of("INTSUB", "The difference of two integers.", static (left, right) => unchecked(left - right)),
    ];

    private static ScalarFunction Of(string name, string description, Func<long, long, long?> function) =>
        new(name, Family, 2, 2, description, (arguments, _) =>
            arguments[0].TryGetInteger(out long left) && arguments[1].TryGetInteger(out long right) &&
            function(left, right) is { } result
                ? QueryValue.FromInteger(result)
                : QueryValue.Undefined);
}

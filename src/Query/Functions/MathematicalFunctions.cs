using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Functions of doubles. What is not a number has no answer; NaN and infinities are numbers.</summary>
internal static class MathematicalFunctions
{
    private const FunctionFamily Family = FunctionFamily.Mathematical;

    public static IEnumerable<ScalarFunction> All =>
    [
        Of("ABS", "The absolute value.", Math.Abs),
        Of("ACOS", "The angle in radians with this cosine.", Math.Acos),
        Of("ASIN", "The angle in radians with this sine.", Math.Asin),
        Of("ATAN", "The angle in radians with this tangent.", Math.Atan),
        Of("ATN2", "The angle in radians between the x axis and the ray to the point (second, first).", Math.Atan2),
        Of("CEILING", "The smallest integer that is not below.", Math.Ceiling),
        Of("COS", "The cosine of an angle in radians.", Math.Cos),
        Of("COT", "The cotangent of an angle in radians.", static angle => 1 / Math.Tan(angle)),
        Of("DEGREES", "An angle in radians as degrees.", static angle => 180 / Math.PI * angle),
        Of("EXP", "e to the power of the number.", Math.Exp),
        Of("FLOOR", "The largest integer that is not above.", Math.Floor),
        new("LOG", Family, 1, 2, "The natural logarithm, or that to the base given second.", Log),
        Of("LOG10", "The logarithm to the base 10.", Math.Log10),
        new("NUMBERBIN", Family, 1, 2, "The number rounded down to a multiple of the second argument, or of 1.", NumberBin),
        new("PI", Family, 0, 0, "The constant.", static (_, _) => QueryValue.FromNumber(Math.PI)),
        Of("POWER", "The first number to the power of the second.", Math.Pow),
        Of("RADIANS", "An angle in degrees as radians.", static angle => Math.PI * angle / 180),
        new("RAND", Family, 0, 0, "A random number from 0, inclusive, to 1, exclusive.",
            static (_, context) => QueryValue.FromNumber(context.NextRandom()))
        {
            IsPure = false,
        },
        Of("ROUND", "The nearest integer; halves away from zero.",
            static number => Math.Round(number, MidpointRounding.AwayFromZero)),
        // Math.Sign refuses NaN.
        Of("SIGN", "-1, 0 or 1.", static number => double.IsNaN(number) ? number : Math.Sign(number)),
        Of("SIN", "The sine of an angle in radians.", Math.Sin),
        Of("SQRT", "The square root; NaN of a negative number.", Math.Sqrt),
        Of("SQUARE", "The number times itself.", static number => number * number),
        Of("TAN", "The tangent of an angle in radians.", Math.Tan),
        Of("TRUNC", "The number without its fraction.", Math.Truncate),
    ];

    private static ScalarFunction Of(string name, string description, Func<double, double> function) =>
        new(name, Family, 1, 1, description, (arguments, _) => arguments[0].IsNumber
            ? QueryValue.FromNumber(function(arguments[0].Number))
            : QueryValue.Undefined);

    private static ScalarFunction Of(string name, string description, Func<double, double, double> function) =>
        new(name, Family, 2, 2, description, (arguments, _) => arguments[0].IsNumber && arguments[1].IsNumber
            ? QueryValue.FromNumber(function(arguments[0].Number, arguments[1].Number))
            : QueryValue.Undefined);

    private static QueryValue Log(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsNumber || !arguments[^1].IsNumber)
        {
            return QueryValue.Undefined;
        }

        double number = arguments[0].Number;
        return QueryValue.FromNumber((arguments.Length, arguments[^1].Number) switch
        {
            (1, _) => Math.Log(number),
            // Exact where the quotient of two logarithms is not.
            (_, 10) => Math.Log10(number),
            (_, 2) => Math.Log2(number),
            (_, double radix) => Math.Log(number, radix),
        });
    }

    private static QueryValue NumberBin(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsNumber || !arguments[^1].IsNumber)
        {
            return QueryValue.Undefined;
        }

        double size = arguments.Length == 1 ? 1 : arguments[1].Number;
        return size == 0
            ? QueryValue.Undefined
            : QueryValue.FromNumber(Math.Floor(arguments[0].Number / size) * size);
    }
}

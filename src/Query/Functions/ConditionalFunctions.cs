using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Choice by a condition.</summary>
internal static class ConditionalFunctions
{
    public static IEnumerable<ScalarFunction> All =>
    [
        new("IIF", FunctionFamily.Conditional, 3, 3,
            "The second argument when the first is true, else the third.",
            static (arguments, _) => arguments[0].Kind == ValueKind.True ? arguments[1] : arguments[2])
        {
            AcceptsUndefined = true,
        },
    ];
}

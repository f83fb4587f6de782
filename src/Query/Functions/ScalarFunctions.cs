using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Nacre.Query.Spatial;

namespace Nacre.Query.Functions;

/// <summary>The one table of the language's functions.</summary>
/// <remarks>Thread-safe. <c>docs/query-functions.md</c> is its prose, and a test holds the two together.</remarks>
public static class ScalarFunctions
{
    private static readonly FrozenDictionary<string, ScalarFunction> ByName = Everything().ToFrozenDictionary(
        function => function.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All functions, sorted by name.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } =
        [.. ByName.Values.OrderBy(function => function.Name, StringComparer.Ordinal)];

    /// <summary>Looks a function up.</summary>
    /// <param name="name">Its name in any case.</param>
    /// <param name="function">The function; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryFind(string name, [NotNullWhen(true)] out ScalarFunction? function) =>
        ByName.TryGetValue(name, out function);

    private static IEnumerable<ScalarFunction> Everything() =>
    [
        .. ArrayFunctions.All,
        .. SetFunctions.All,
        .. ConditionalFunctions.All,
        .. DateTimeFunctions.All,
        .. CurrentTimeFunctions.All,
        .. MathematicalFunctions.All,
        .. IntegerFunctions.All,
        .. StringFunctions.All,
        .. StringSearchFunctions.All,
        .. StringConversionFunctions.All,
        .. RegexFunctions.All,
        .. TypeFunctions.All,
        .. SpatialFunctions.All,
        .. VectorFunctions.All,
    ];
}

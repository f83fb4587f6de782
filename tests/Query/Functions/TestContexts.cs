using Nacre.Query.Functions;
using Nacre.Testing;

namespace Nacre.Query.Tests.Functions;

/// <summary>Contexts of a fixed instant and generous limits.</summary>
internal static class TestContexts
{
    /// <summary>2024-10-14T14:20:30.6668888Z, the instant of the dialect's own examples.</summary>
    public static readonly DateTimeOffset Now = new(
        new DateTime(2024, 10, 14, 14, 20, 30, DateTimeKind.Utc).AddTicks(6_668_888));

    public static FunctionContext New(
        int maxValueBytes = 4 * 1024 * 1024, long maxSteps = 1_000_000_000, CancellationToken cancellation = default) =>
        new(Now, new SeededRandom(7), maxValueBytes, maxSteps, cancellation);
}

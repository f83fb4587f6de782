namespace Nacre.Cli.Quickstart;

/// <summary>What quickstart did.</summary>
/// <param name="Steps">In order.</param>
/// <param name="Documents">Documents imported.</param>
internal sealed record QuickstartSummary(IReadOnlyList<QuickstartStep> Steps, long Documents);

/// <summary>A step of quickstart.</summary>
/// <param name="What">What it did.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record QuickstartStep(string What, string Result, double Seconds);

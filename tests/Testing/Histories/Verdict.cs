namespace Nacre.Testing.Histories;

/// <summary>What a check of a history found.</summary>
/// <param name="Kind">Held, broken, or given up.</param>
/// <param name="Reason">For people: what contradicts what. Empty when the history holds.</param>
public sealed record Verdict(VerdictKind Kind, string Reason)
{
    /// <summary>The history holds.</summary>
    public static Verdict Holds { get; } = new(VerdictKind.Holds, "");

    /// <summary>The history contradicts what was promised.</summary>
    public static Verdict Broken(string reason) => new(VerdictKind.Broken, reason);
}

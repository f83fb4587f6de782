using System.Globalization;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>What a round came to.</summary>
/// <param name="Fault">Its fault.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Operations">All of them.</param>
/// <param name="Unknown">Writes without an outcome.</param>
/// <param name="Refused">Operations that were refused.</param>
/// <param name="During">Operations asked and answered during the fault.</param>
/// <param name="Stall">Longest time without an acknowledged write from the fault's beginning on.</param>
/// <param name="Reason">Why it did not hold, or was not run.</param>
internal sealed record RoundResult(
    string Fault, ulong Seed, RoundVerdict Verdict, long Operations = 0, long Unknown = 0, long Refused = 0, long During = 0, TimeSpan Stall = default, string Reason = "")
{
    /// <summary>The heads of <see cref="ToString"/>'s columns.</summary>
    public static string Heads { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{"fault",-21} {"seed",6} {"operations",10} {"unknown",7} {"refused",7} {"during",7} {"stall",8}  verdict");

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Fault,-21} {Seed,6} {Operations,10} {Unknown,7} {Refused,7} {During,7} {Stall.TotalSeconds,6:f2} s  {Verdict}{(Reason.Length > 0 ? $": {Reason}" : "")}");
}

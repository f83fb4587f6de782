using System.Globalization;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>What a run prints, and keeps.</summary>
internal sealed class Report(TextWriter output)
{
    private readonly List<RoundResult> _rounds = [];
    private readonly List<string> _said = [];

    /// <summary>Prints a line.</summary>
    public void Say(string line)
    {
        _said.Add(line);
        output.WriteLine(line);
        output.Flush();
    }

    /// <summary>Prints a round.</summary>
    public void Add(RoundResult result)
    {
        if (_rounds.Count == 0)
        {
            Say(RoundResult.Heads);
        }

        _rounds.Add(result);
        Say(result.ToString());
    }

    /// <summary>Prints the closing table: each fault with its rounds.</summary>
    public void Close()
    {
        if (_rounds.Count == 0)
        {
            return;
        }

        Say("");
        Say(string.Create(CultureInfo.InvariantCulture, $"{"fault",-21} {"rounds",6} {"held",5} {"operations",10} {"unknown",7} {"during",7} {"worst stall",11}"));
        foreach (IGrouping<string, RoundResult> fault in _rounds.GroupBy(round => round.Fault))
        {
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{fault.Key,-21} {fault.Count(),6} {Count(fault, RoundVerdict.Held),5} {fault.Sum(round => round.Operations),10} {fault.Sum(round => round.Unknown),7} {fault.Sum(round => round.During),7} {fault.Max(round => round.Stall).TotalSeconds,9:f2} s"));
        }

        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{_rounds.Count} rounds: {Count(_rounds, RoundVerdict.Held)} held, {Count(_rounds, RoundVerdict.Violated)} violated, {Count(_rounds, RoundVerdict.DoesNotCount)} do not count, {Count(_rounds, RoundVerdict.NotRun)} not run; {_rounds.Sum(round => round.Operations)} operations"));
    }

    /// <summary>Whether the run may pass.</summary>
    /// <param name="isKept">Then a round that was not run fails it.</param>
    public bool IsGood(bool isKept) => _rounds.All(round => round.Verdict == RoundVerdict.Held || (!isKept && round.Verdict == RoundVerdict.NotRun));

    /// <summary>Writes all that was said to tests/Nemesis/results.</summary>
    public void Keep(string[] arguments)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nacre.slnx")))
        {
            folder = folder.Parent;
        }

        string file = Path.Combine(folder?.FullName ?? ".", "tests/Nemesis/results/last-full-run.md");
        File.WriteAllText(file, $"# The last full run\n\n`./build.sh Nemesis {string.Join(' ', arguments)}`, {Environment.ProcessorCount} cores, {Environment.Version}.\n\n```\n{string.Join('\n', _said)}\n```\n");
    }

    private static int Count(IEnumerable<RoundResult> rounds, RoundVerdict verdict) => rounds.Count(round => round.Verdict == verdict);
}

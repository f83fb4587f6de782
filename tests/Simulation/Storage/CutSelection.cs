using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>Which subsets of what was not synced are tried at a place of the recording.</summary>
/// <param name="isWhole">True for every prefix, every single change missing and more random ones; false for a few of them, by chance.</param>
internal sealed class CutSelection(bool isWhole)
{
    private const int MostOfAKind = 48;

    /// <summary>The cuts: nothing, everything, beginnings, single ones missing, random subsets, a write torn.</summary>
    /// <param name="pending">What was not synced.</param>
    /// <param name="random">Chance.</param>
    public IEnumerable<DiskCut> At(IReadOnlyList<DiskStep> pending, SeededRandom random)
    {
        int count = pending.Count;
        yield return new DiskCut("nothing", new bool[count]);
        if (count == 0)
        {
            yield break;
        }

        yield return new DiskCut("everything", Filled(count, _ => true));
        foreach (int length in Draw(count - 1, random))
        {
            yield return new DiskCut($"the first {length + 1} of {count}", Filled(count, at => at <= length));
        }

        foreach (int missing in count > 1 ? Draw(count, random) : [])
        {
            yield return new DiskCut($"all {count} but number {missing + 1}", Filled(count, at => at != missing));
        }

        for (int turn = isWhole ? 4 : random.Next(2); turn > 0 && count > 1; turn--)
        {
            yield return new DiskCut($"some of {count}", Filled(count, _ => random.OneIn(2)));
        }

        int[] writes = [.. Enumerable.Range(0, count).Where(at => pending[at].Kind == DiskStepKind.Write && pending[at].Bytes!.Length > MemoryDisk.SectorBytes)];
        for (int turn = isWhole ? 4 : 1; turn > 0 && writes.Length > 0; turn--)
        {
            int torn = writes[random.Next(writes.Length)];
            bool isOrdered = random.OneIn(2);
            yield return new DiskCut($"number {torn + 1} of {count} torn, {(isOrdered ? "none after it" : "others by chance")}", Filled(count, at => isOrdered ? at < torn : random.OneIn(2)))
            {
                Torn = torn,
                Unit = random.OneIn(2) ? MemoryDisk.SectorBytes : 4096,
                Seed = random.NextUInt64(),
            };
        }
    }

    private static bool[] Filled(int count, Func<int, bool> isKept) => [.. Enumerable.Range(0, count).Select(isKept)];

    private IEnumerable<int> Draw(int count, SeededRandom random) =>
        count == 0 ? []
        : isWhole && count <= MostOfAKind ? Enumerable.Range(0, count)
        : [.. Enumerable.Range(0, isWhole ? MostOfAKind : 1).Select(_ => random.Next(count)).Distinct()];
}

namespace Nacre.Simulation.Tests.Storage;

/// <summary>The storage layer's part of <see cref="SimulateCommand"/>.</summary>
internal static class StorageCommand
{
    /// <summary>Runs seeds, or hunts for planted bugs.</summary>
    /// <param name="bug">What is planted: a name of <see cref="StorageBug"/>, or All.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="threads">How many at a time.</param>
    /// <param name="isWhole">Every kind of subset at every place, instead of a selection.</param>
    /// <param name="output">Where it prints.</param>
    /// <returns>0; 1 for a violation or a bug not found.</returns>
    public static int Run(string bug, ulong first, int seeds, int threads, bool isWhole, TextWriter output)
    {
        MakeRoom(threads);
        if (bug == nameof(StorageBug.None))
        {
            StorageReport report = StorageReport.Of(first, seeds, threads, isWhole);
            output.Write(report.ToText());
            return report.IsGood ? 0 : 1;
        }

        StorageBug[] bugs = bug == "All" ? [.. Enum.GetValues<StorageBug>().Where(each => each != StorageBug.None)] : [Enum.Parse<StorageBug>(bug)];
        int missed = 0;
        foreach (StorageBug each in bugs)
        {
            StorageResult? found = StorageReport.Find(each, first, seeds);
            missed += found is null ? 1 : 0;
            output.WriteLine(found is null ? $"{each}: NOT FOUND" : $"{each}: seed {found.Seed}: {found.Violation}");
        }

        return bugs.Length == 1 ? 1 - missed : missed > 0 ? 1 : 0;
    }

    /// <summary>Stores go on with their work on the pool while each seed's own thread waits: the pool must not hesitate.</summary>
    private static void MakeRoom(int threads)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, (4 * threads) + Environment.ProcessorCount), completions);
    }
}

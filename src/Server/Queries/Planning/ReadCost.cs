namespace Nacre.Server.Queries.Planning;

/// <summary>
/// What ways of finding items cost, in items read one after the other. The figures are estimates that were not
/// measured; they decide between ways that give the same rows. Decision 35 has them, too.
/// </summary>
internal static class ReadCost
{
    private const double Entry = 0.05;
    private const double Step = 0.1;
    private const double Apart = 1.5;
    private const double ByNumber = 2;

    /// <summary>Items that must be passed to find some of those that are wanted, which lie spread among all.</summary>
    /// <param name="items">All.</param>
    /// <param name="candidates">Those that may be wanted.</param>
    /// <param name="rows">How many are enough.</param>
    public static double Passed(double items, double candidates, double rows) =>
        candidates <= 0 ? items : Math.Min(items, rows * items / candidates);

    /// <summary>Looking at each item until there are enough.</summary>
    public static double Scan(double items, double candidates, double rows) => Passed(items, candidates, rows);

    /// <summary>Reading each candidate.</summary>
    public static double Lookup(double candidates) => (Entry + ByNumber) * candidates;

    /// <summary>Going through the items' keys, and reading the candidates among them until there are enough.</summary>
    public static double Walk(double items, double candidates, double rows) =>
        (Entry * candidates) + (Step * Passed(items, candidates, rows)) + (Apart * Math.Min(candidates, rows));

    /// <summary>Going through an index in its order until there are enough.</summary>
    /// <param name="entries">Entries of the index.</param>
    /// <param name="candidates">Items that may pass the filter.</param>
    /// <param name="rows">How many are enough.</param>
    public static double Ordered(double entries, double candidates, double rows) => ByNumber * Passed(entries, candidates, rows);

    /// <summary>The same, but only those of a set are read.</summary>
    public static double OrderedWithin(double entries, double candidates, double rows) =>
        (Entry * candidates) + (Step * Passed(entries, candidates, rows)) + (ByNumber * Math.Min(candidates, rows));
}

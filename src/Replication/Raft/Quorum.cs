namespace Nacre.Replication.Raft;

/// <summary>Majorities.</summary>
internal static class Quorum
{
    /// <summary>The fewest voters that every other majority has one of.</summary>
    /// <param name="voters">From 1.</param>
    public static int Of(int voters) => (voters / 2) + 1;

    /// <summary>The highest value that a majority has reached.</summary>
    /// <param name="reached">One value a voter; sorted afterwards.</param>
    public static ulong Reached(Span<ulong> reached)
    {
        reached.Sort();
        return reached[^Of(reached.Length)];
    }
}

namespace Nacre.Testing.Histories;

/// <summary>What readers of a list were promised: a consistency level.</summary>
/// <param name="Level">Its name and its rules.</param>
/// <param name="MaxVersions">Bounded staleness: how many acknowledged appends a read may lack.</param>
/// <param name="MaxAge">Bounded staleness: for how long, in the history's unit, a read may lack one.</param>
public sealed record ListPromise(ListPromiseLevel Level, int MaxVersions = 0, long MaxAge = 0)
{
    /// <summary>Each read sees all that was acknowledged before it.</summary>
    public static ListPromise Strong { get; } = new(ListPromiseLevel.Strong);

    /// <summary>Each session reads its own writes, and never goes back.</summary>
    public static ListPromise Session { get; } = new(ListPromiseLevel.Session);

    /// <summary>Each read sees some past, whole.</summary>
    public static ListPromise ConsistentPrefix { get; } = new(ListPromiseLevel.ConsistentPrefix);

    /// <summary>Each read sees only what was appended.</summary>
    public static ListPromise Eventual { get; } = new(ListPromiseLevel.Eventual);

    /// <summary>As <see cref="ConsistentPrefix"/>, and never further behind than this.</summary>
    public static ListPromise Bounded(int maxVersions, long maxAge) => new(ListPromiseLevel.BoundedStaleness, maxVersions, maxAge);
}

namespace Nacre.Testing.Histories;

/// <summary>
/// Holds a history of an append-only list to a <see cref="ListPromise"/>. Values are unique and a read sees all of the
/// list, so the order of all appends is in the open, and each rule is a comparison of places and times.
/// </summary>
/// <remarks>
/// For the strong level this is linearizability, whole: the longest read orders the appends, each read stands behind its last
/// element, and an order of everything respects real time exactly if no pair in it contradicts real time. Thread-safe.
/// </remarks>
public static class ListChecker
{
    /// <summary>Checks a history.</summary>
    public static Verdict Check(ListHistory history, ListPromise promise)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(promise);
        var rules = new ListRules(history);
        string? broken = rules.OnlyWhatWasAppended();
        if (promise.Level != ListPromiseLevel.Eventual)
        {
            broken ??= rules.OneOrder();
        }

        broken ??= promise.Level switch
        {
            ListPromiseLevel.Strong => rules.AppendsInRealTime() ?? rules.NothingBehind(maxVersions: 0, maxAge: 0) ?? rules.ReadsInRealTime(),
            ListPromiseLevel.BoundedStaleness => rules.AppendsInRealTime() ?? rules.NothingBehind(promise.MaxVersions, promise.MaxAge),
            ListPromiseLevel.Session => rules.Sessions(),
            _ => null,
        };
        return broken is null ? Verdict.Holds : Verdict.Broken(broken);
    }
}

using System.Globalization;

namespace Nacre.Testing.Histories;

/// <summary>The rules that consistency levels are made of. Each says what breaks it, or null.</summary>
internal sealed class ListRules
{
    // Invariants: _order is the longest list that was read, and _place has the place of each of its values.
    private readonly ListHistory _history;
    private readonly Dictionary<long, ListAppend> _appends = [];
    private readonly IReadOnlyList<long> _order;
    private readonly Dictionary<long, int> _place = [];

    public ListRules(ListHistory history)
    {
        _history = history;
        foreach (ListAppend append in history.Appends)
        {
            _appends.Add(append.Value, append);
        }

        _order = history.Reads.MaxBy(read => read.Values.Count)?.Values ?? [];
        for (int i = 0; i < _order.Count; i++)
        {
            _place.TryAdd(_order[i], i);
        }
    }

    /// <summary>A read sees each value once, and only values that somebody had asked for by then and that were not refused.</summary>
    public string? OnlyWhatWasAppended()
    {
        foreach (ListRead read in _history.Reads)
        {
            var seen = new HashSet<long>();
            foreach (long value in read.Values)
            {
                if (!_appends.TryGetValue(value, out ListAppend? append) || append.Called > read.Returned)
                {
                    return Say($"a read over at {read.Returned} saw {value}, which nobody had appended by then");
                }

                if (append.Outcome == OperationOutcome.Refused)
                {
                    return Say($"a read saw {value}, whose append was refused");
                }

                if (!seen.Add(value))
                {
                    return Say($"a read over at {read.Returned} saw {value} twice");
                }
            }
        }

        return null;
    }

    /// <summary>All reads are beginnings of one list.</summary>
    public string? OneOrder()
    {
        foreach (ListRead read in _history.Reads)
        {
            for (int i = 0; i < read.Values.Count; i++)
            {
                if (read.Values[i] != _order[i])
                {
                    return Say($"a read over at {read.Returned} saw {read.Values[i]} in place {i}, where the longest one saw {_order[i]}");
                }
            }
        }

        return null;
    }

    /// <summary>Of two appends, of which one was over before the other began, that one comes first.</summary>
    public string? AppendsInRealTime()
    {
        // From the end: nobody further on may have been over before this one began. What no read saw stands behind all.
        long earliestEnd = _history.Appends
            .Where(append => append.Outcome == OperationOutcome.Answered && !_place.ContainsKey(append.Value))
            .Select(append => append.Returned)
            .DefaultIfEmpty(long.MaxValue)
            .Min();
        for (int i = _order.Count - 1; i >= 0; i--)
        {
            ListAppend append = _appends[_order[i]];
            if (earliestEnd < append.Called)
            {
                return Say($"{append.Value} was appended from {append.Called} on, and stands before one that was over at {earliestEnd}");
            }

            earliestEnd = Math.Min(earliestEnd, append.Outcome == OperationOutcome.Answered ? append.Returned : long.MaxValue);
        }

        return null;
    }

    /// <summary>Of two reads, of which one was over before the other began, the other sees no less.</summary>
    public string? ReadsInRealTime()
    {
        ListRead[] byEnd = [.. _history.Reads.OrderBy(read => read.Returned)];
        int over = 0;
        int most = 0;
        foreach (ListRead read in _history.Reads.OrderBy(read => read.Called))
        {
            for (; over < byEnd.Length && byEnd[over].Returned < read.Called; over++)
            {
                most = Math.Max(most, byEnd[over].Values.Count);
            }

            if (read.Values.Count < most)
            {
                return Say($"a read from {read.Called} on saw {read.Values.Count} values, and one before it {most}");
            }
        }

        return null;
    }

    /// <summary>
    /// A read lacks at most so many of the appends that were acknowledged before it began, and none of those that were
    /// acknowledged longer ago than the age.
    /// </summary>
    public string? NothingBehind(int maxVersions, long maxAge)
    {
        ListAppend[] acknowledged = [.. _history.Appends
            .Where(append => append.Outcome == OperationOutcome.Answered)
            .OrderBy(append => append.Returned)];
        var lacking = new SortedSet<(int Place, long Returned, long Value)>();
        int next = 0;
        foreach (ListRead read in _history.Reads.OrderBy(read => read.Called))
        {
            for (; next < acknowledged.Length && acknowledged[next].Returned < read.Called; next++)
            {
                ListAppend append = acknowledged[next];
                lacking.Add((_place.GetValueOrDefault(append.Value, int.MaxValue), append.Returned, append.Value));
            }

            SortedSet<(int Place, long Returned, long Value)> missing = lacking.GetViewBetween((read.Values.Count, 0, long.MinValue), (int.MaxValue, long.MaxValue, long.MaxValue));
            if (missing.Count > maxVersions)
            {
                return Say($"a read from {read.Called} on lacks {missing.Count} acknowledged appends, among them {missing.Min.Value}");
            }

            foreach ((_, long returned, long value) in missing)
            {
                if (read.Called - returned > maxAge)
                {
                    return Say($"a read from {read.Called} on lacks {value}, acknowledged at {returned}");
                }
            }
        }

        return null;
    }

    /// <summary>Within a session: reads never go back, see what the session appended, and its appends keep their order.</summary>
    public string? Sessions()
    {
        IEnumerable<(int Session, long Called, ListAppend? Append, ListRead? Read)> all =
            _history.Appends.Select(append => (append.Session, append.Called, (ListAppend?)append, (ListRead?)null))
                .Concat(_history.Reads.Select(read => (read.Session, read.Called, (ListAppend?)null, (ListRead?)read)));
        foreach (var session in all.GroupBy(operation => operation.Session))
        {
            // What the session has seen or written: the next read has at least so many values.
            int least = 0;
            bool isUnread = false;
            foreach ((_, _, ListAppend? append, ListRead? read) in session.OrderBy(operation => operation.Called))
            {
                if (read is not null)
                {
                    if (isUnread || read.Values.Count < least)
                    {
                        return Say($"session {session.Key}: a read from {read.Called} on saw {read.Values.Count} values, fewer than the session had seen or written");
                    }

                    least = read.Values.Count;
                }
                else if (append!.Outcome == OperationOutcome.Answered)
                {
                    if (!_place.TryGetValue(append.Value, out int place))
                    {
                        isUnread = true;
                    }
                    else if (place < least)
                    {
                        return Say($"session {session.Key}: {append.Value} stands before what the session had seen or written when it appended it");
                    }
                    else
                    {
                        least = place + 1;
                    }
                }
            }
        }

        return null;
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

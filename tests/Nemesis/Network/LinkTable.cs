namespace Nacre.Nemesis.Tests.Network;

/// <summary>The rule of each directed pair of nodes. Whatever has no rule is let through.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LinkTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int From, int To), LinkRule> _rules = [];
    private TaskCompletionSource _changed = NewSource();

    /// <summary>The rule for what one node sends to another.</summary>
    public LinkRule this[int from, int to]
    {
        get
        {
            lock (_gate)
            {
                return _rules.GetValueOrDefault((from, to));
            }
        }

        set => Change(() => _rules[(from, to)] = value);
    }

    /// <summary>Ends at the next change of any rule. Taken before the rule is read.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Sets one rule for both directions.</summary>
    public void SetBoth(int one, int other, LinkRule rule) => Change(() => _rules[(one, other)] = _rules[(other, one)] = rule);

    /// <summary>Cuts every pair with one node in each group.</summary>
    public void Part(IReadOnlyCollection<int> group, IReadOnlyCollection<int> others) => Change(() =>
    {
        foreach (int one in group)
        {
            foreach (int other in others)
            {
                _rules[(one, other)] = _rules[(other, one)] = new LinkRule { IsCut = true };
            }
        }
    });

    /// <summary>Lets everything through again.</summary>
    public void Heal() => Change(_rules.Clear);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, NewSource());
        }

        changed.SetResult();
    }
}

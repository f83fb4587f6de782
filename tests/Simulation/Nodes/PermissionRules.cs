namespace Nacre.Simulation.Tests.Nodes;

/// <summary>
/// The promise of withdrawals: no request that began after one was answered is served, on any node. A permission's name is
/// never used twice.
/// </summary>
internal sealed class PermissionRules(NodeWorld world)
{
    private const int Remembered = 6;

    private readonly List<(string User, string Name)> _recent = [];
    private readonly HashSet<string> _withdrawn = new(StringComparer.Ordinal);

    /// <summary>The permissions that requests are made under: the newest, whether they stand or not.</summary>
    public IReadOnlyList<(string User, string Name)> Recent => _recent;

    /// <summary>How many withdrawals were answered.</summary>
    public int Withdrawals => _withdrawn.Count;

    /// <summary>True once somebody was told that it stands no more.</summary>
    public bool IsWithdrawn(string name) => _withdrawn.Contains(name);

    public void Made(string user, string name)
    {
        _recent.Add((user, name));
        if (_recent.Count > Remembered)
        {
            _recent.RemoveAt(0);
        }
    }

    public void Withdrawn(string name)
    {
        _withdrawn.Add(name);
        world.Note((ulong)_withdrawn.Count);
    }

    /// <summary>A node has served a request.</summary>
    /// <param name="name">The permission that it was made under.</param>
    /// <param name="wasWithdrawn">Whether that was withdrawn, and answered, when the request began.</param>
    /// <param name="node">Where.</param>
    public void Served(string name, bool wasWithdrawn, Node node)
    {
        world.Require(!wasWithdrawn, "withdrawals", $"node {node.Id} served a request under {name}, which was withdrawn before it began");
    }
}

using System.Collections.Immutable;

namespace Nacre.Core.Indexing;

/// <summary>A path that a policy names, or that leads to one: what is decided there, and for all below.</summary>
/// <remarks>Immutable once compiled.</remarks>
public sealed class PolicyNode
{
    // Invariants, once compiled:
    // - a path without a node is decided by IncludesBelow of the last node on the way to it;
    // - IsWanted is false only where nothing here or below is indexed in any way.
    private readonly Dictionary<string, PolicyNode> _members = new(StringComparer.Ordinal);
    private PolicyNode? _elements;
    private bool? _here;
    private bool? _below;
    private int? _spatialHere;
    private int? _spatialBelow;

    private PolicyNode()
    {
    }

    /// <summary>Whether the value here is indexed.</summary>
    public bool IncludesHere { get; private set; }

    /// <summary>Whether values below are, unless a node says otherwise.</summary>
    public bool IncludesBelow { get; private set; }

    /// <summary>Whether anything here or below is.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>The spatial index of the geometry here, by its place in the policy; -1 for none.</summary>
    public int SpatialHere { get; private set; }

    /// <summary>That of geometries below which are indexed as values, too, unless a node says otherwise; -1 for none.</summary>
    public int SpatialBelow { get; private set; }

    /// <summary>The composite indexes that this path is a component of: index and place in it.</summary>
    public ImmutableArray<(int Index, int Component)> Components { get; private set; } = [];

    /// <summary>The node that a step leads to; null where the policy names no path there.</summary>
    public PolicyNode? Child(PathStep step) =>
        step.IsElement ? _elements : _members.GetValueOrDefault(step.Name);

    /// <summary>Compiles a policy.</summary>
    internal static PolicyNode Compile(IndexingPolicy policy)
    {
        var root = new PolicyNode();
        if (policy.Mode == IndexingMode.Consistent)
        {
            root.Add(policy.IncludedPaths, true);
            root.Add(policy.ExcludedPaths, false);
            root.Reach(DocumentPath.Of(PathStep.Member("id")).Value)._here = true;
            for (int index = 0; index < policy.SpatialIndexes.Length; index++)
            {
                root.Add(policy.SpatialIndexes[index].Path, index);
            }

            for (int index = 0; index < policy.CompositeIndexes.Length; index++)
            {
                ImmutableArray<CompositePath> paths = policy.CompositeIndexes[index].Paths;
                for (int component = 0; component < paths.Length; component++)
                {
                    PolicyNode node = root.Reach(paths[component].Path);
                    node.Components = node.Components.Add((index, component));
                }
            }
        }

        root.Settle(inherited: false, inheritedSpatial: -1);
        return root;
    }

    private void Add(ImmutableArray<PathPattern> patterns, bool included)
    {
        foreach (PathPattern pattern in patterns)
        {
            PolicyNode node = Reach(pattern.Path);
            if (pattern.IsSubtree)
            {
                node._below = included;
            }
            else
            {
                node._here = included;
            }
        }
    }

    private void Add(PathPattern pattern, int spatialIndex)
    {
        PolicyNode node = Reach(pattern.Path);
        if (pattern.IsSubtree)
        {
            node._spatialBelow = spatialIndex;
        }
        else
        {
            node._spatialHere = spatialIndex;
        }
    }

    private PolicyNode Reach(DocumentPath path)
    {
        PolicyNode node = this;
        foreach (PathStep step in path.Steps)
        {
            if (node.Child(step) is not { } child)
            {
                child = new PolicyNode();
                node.Attach(step, child);
            }

            node = child;
        }

        return node;
    }

    private void Attach(PathStep step, PolicyNode child)
    {
        if (step.IsElement)
        {
            _elements = child;
        }
        else
        {
            _members.Add(step.Name, child);
        }
    }

    private void Settle(bool inherited, int inheritedSpatial)
    {
        SpatialBelow = _spatialBelow ?? inheritedSpatial;
        SpatialHere = _spatialHere ?? SpatialBelow;
        IncludesBelow = _below ?? inherited;
        IncludesHere = _here ?? IncludesBelow;
        _elements?.Settle(IncludesBelow, SpatialBelow);
        bool below = _elements?.IsWanted ?? false;
        foreach (PolicyNode member in _members.Values)
        {
            member.Settle(IncludesBelow, SpatialBelow);
            below |= member.IsWanted;
        }

        IsWanted = IncludesHere || IncludesBelow || below || !Components.IsEmpty || SpatialHere >= 0;
    }
}

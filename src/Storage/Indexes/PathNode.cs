using System.Collections.Immutable;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Indexes;

/// <summary>A path that documents have, and what is indexed there.</summary>
/// <remarks>Thread: whoever walks documents.</remarks>
internal sealed class PathNode
{
    // Invariants:
    // - _first is null or one of the members; a member's _after is null or a member of the same object.
    private Dictionary<byte[], PathNode>? _members;
    private PathNode? _first;
    private PathNode? _after;

    /// <param name="parent">Null for the root.</param>
    /// <param name="name">The member's name in UTF-8; empty for elements and for the root.</param>
    /// <param name="step">The step from the parent.</param>
    /// <param name="policy">What the policy says here; null where it says nothing.</param>
    /// <param name="includesBelow">Whether it includes what it says nothing of.</param>
    public PathNode(PathNode? parent, byte[] name, PathStep step, PolicyNode? policy, bool includesBelow)
    {
        Parent = parent;
        Name = name;
        Step = step;
        Policy = policy;
        IncludesBelow = includesBelow;
        Components = policy?.Components ?? [];
    }

    /// <summary>The path that this goes on from.</summary>
    public PathNode? Parent { get; }

    /// <summary>The last step's name.</summary>
    public byte[] Name { get; }

    /// <summary>The last step.</summary>
    public PathStep Step { get; }

    /// <summary>What the policy says here.</summary>
    public PolicyNode? Policy { get; }

    /// <summary>Whether paths below that the policy does not name are indexed.</summary>
    public bool IncludesBelow { get; }

    /// <summary>Components of composite indexes that the value here is.</summary>
    public ImmutableArray<(int Index, int Component)> Components { get; }

    /// <summary>What entries of a geometry here begin with; empty when it has none.</summary>
    public byte[] SpatialPrefix { get; set; } = [];

    /// <summary>Types of geometry that the spatial index here is meant for.</summary>
    public SpatialTypes SpatialTypes { get; set; }

    /// <summary>The spatial index of paths below that the policy does not name; -1 for none.</summary>
    public int SpatialBelow { get; init; } = -1;

    /// <summary>What entries of the value here begin with; empty when it has none.</summary>
    public byte[] Prefix { get; set; } = [];

    /// <summary>The elements of the array here; null where none was seen.</summary>
    public PathNode? Elements { get; set; }

    /// <summary>
    /// Finds a member of the object here. Documents mostly have the same members in the same order, so the one that
    /// followed last time is tried first.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="before">The member found before in the same object; null for none.</param>
    public PathNode? FindMember(ReadOnlySpan<byte> name, PathNode? before)
    {
        PathNode? likely = before is null ? _first : before._after;
        if (likely is not null && name.SequenceEqual(likely.Name))
        {
            return likely;
        }

        if (_members is null ||
            !_members.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out PathNode? member))
        {
            return null;
        }

        Follow(member, before);
        return member;
    }

    /// <summary>Adds a member.</summary>
    public void AddMember(PathNode member, PathNode? before)
    {
        (_members ??= new(MemberNameComparer.Instance)).Add(member.Name, member);
        Follow(member, before);
    }

    /// <summary>The path.</summary>
    public DocumentPath? ToPath()
    {
        var steps = new Stack<PathStep>();
        for (PathNode node = this; node.Parent is { } parent; node = parent)
        {
            steps.Push(node.Step);
        }

        Core.Errors.Result<DocumentPath> path = DocumentPath.Of([.. steps]);
        return path.IsOk ? path.Value : null;
    }

    private void Follow(PathNode member, PathNode? before)
    {
        if (before is null)
        {
            _first = member;
        }
        else
        {
            before._after = member;
        }
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Indexes;

/// <summary>
/// The paths that a range's documents have had since its indexes were begun, each with a number, given in the order in
/// which they were first seen. A path that is not here is one that no document has, unless <see cref="IsFull"/>.
/// </summary>
/// <remarks>Thread: the applier; <see cref="TryFind"/> and <see cref="IsFull"/> any.</remarks>
internal sealed class PathDictionary
{
    /// <summary>Most paths.</summary>
    public const int MaxPaths = 8192;

    /// <summary>Most bytes of all paths' texts together.</summary>
    public const int MaxTextBytes = 512 * 1024;

    // Invariants:
    // - _texts has the paths with numbers, in the order of the numbers, the first of which is _firstNumber;
    // - _numbers has the same paths;
    // - once full, nothing is added any more: a path of any document before is here, or will never be.
    private readonly IndexSetId _set;
    private readonly IndexingPolicy _policy;
    private readonly uint _firstNumber;
    private readonly bool _hasSpatial;
    private readonly List<string> _texts = [];
    private readonly ConcurrentDictionary<string, uint> _numbers = new(StringComparer.Ordinal);
    private int _textBytes;
    private volatile bool _isFull;

    /// <param name="set">Whose paths they are.</param>
    /// <param name="policy">Decides which have numbers.</param>
    /// <param name="hasSpatial">Whether geometries have entries.</param>
    public PathDictionary(IndexSetId set, IndexingPolicy policy, bool hasSpatial)
    {
        _set = set;
        _policy = policy;
        _hasSpatial = hasSpatial;
        _firstNumber = IndexSet.SpatialNumber(policy, hasSpatial ? policy.SpatialIndexes.Length : 0);
        Root = new PathNode(null, [], default, policy.Root, policy.Root.IncludesBelow)
        {
            SpatialBelow = hasSpatial ? policy.Root.SpatialBelow : -1,
        };
        if (policy.Mode == IndexingMode.Consistent)
        {
            // Before any document has them: there is always room for these.
            Reach([PathStep.Member("id")]);
            foreach (CompositePath component in policy.CompositeIndexes.SelectMany(index => index.Paths))
            {
                Reach(component.Path.Steps);
            }

            foreach (SpatialIndex spatial in hasSpatial ? policy.SpatialIndexes : [])
            {
                Reach(spatial.Path.Path.Steps);
            }
        }
    }

    /// <summary>The document itself.</summary>
    public PathNode Root { get; }

    /// <summary>Paths with numbers.</summary>
    public int Count => _texts.Count;

    /// <summary>True once a path was left out for want of room: documents may have values at paths that are not here.</summary>
    public bool IsFull => _isFull;

    /// <summary>Finds a path's number.</summary>
    /// <returns>False when it has none.</returns>
    public bool TryFind(DocumentPath path, out uint number) => _numbers.TryGetValue(path.ToString(), out number);

    /// <summary>The path of a number, for the applier or a verifier; null for one that none has.</summary>
    public string? TextOf(uint number) =>
        number >= _firstNumber && number - _firstNumber < _texts.Count ? _texts[(int)(number - _firstNumber)] : null;

    /// <summary>The member of an object that a document has; made when it is new.</summary>
    /// <param name="parent">The object's path.</param>
    /// <param name="name">The member's name, well-formed.</param>
    /// <param name="before">The member before it in the same object.</param>
    /// <returns>Null when nothing there or below is indexed.</returns>
    public PathNode? Member(PathNode parent, ReadOnlySpan<byte> name, PathNode? before)
    {
        if (parent.FindMember(name, before) is { } known)
        {
            return known;
        }

        if (parent.Policy is null && (!parent.IncludesBelow || _isFull))
        {
            return null;
        }

        PathStep step = PathStep.Member(Encoding.UTF8.GetString(name));
        if (_isFull && parent.Policy?.Child(step) is null)
        {
            return null;
        }

        if (TryMake(parent, name.ToArray(), step) is not { } made)
        {
            return null;
        }

        parent.AddMember(made, before);
        return made;
    }

    /// <summary>The elements of an array that a document has; made when they are new.</summary>
    /// <returns>Null when nothing there or below is indexed.</returns>
    public PathNode? Elements(PathNode parent) =>
        parent.Elements ??= parent.Policy is null && !parent.IncludesBelow ? null : TryMake(parent, [], PathStep.Element);

    /// <summary>Writes the paths, for a checkpoint.</summary>
    public void Write(CommandWriter writer)
    {
        writer.WriteByte(_isFull ? (byte)1 : (byte)0).WriteUInt32((uint)_texts.Count);
        foreach (string text in _texts)
        {
            writer.WriteText(text);
        }
    }

    /// <summary>Takes over what <see cref="Write"/> wrote, into an empty dictionary.</summary>
    /// <returns>False for anything else.</returns>
    public bool TryRead(ref CommandReader reader)
    {
        byte full = reader.ReadByte();
        uint count = reader.ReadUInt32();
        if (full > 1 || count > MaxPaths)
        {
            return false;
        }

        for (uint at = 0; at < count; at++)
        {
            ReadOnlySpan<byte> text = reader.ReadBytes();
            if (reader.Failed || !System.Text.Unicode.Utf8.IsValid(text) ||
                !TryAdd(Encoding.UTF8.GetString(text), (int)at))
            {
                return false;
            }
        }

        _isFull = full == 1;
        return true;
    }

    /// <summary>Adds the path that was written in a place, unless it is there already.</summary>
    private bool TryAdd(string text, int place)
    {
        if (place == Count)
        {
            Result<DocumentPath> path = DocumentPath.Parse(text);
            if (path.IsOk)
            {
                Reach(path.Value.Steps);
            }
        }

        return place < Count && _texts[place] == text;
    }

    private void Reach(ImmutableArray<PathStep> steps)
    {
        PathNode? node = Root;
        foreach (PathStep step in steps)
        {
            node = node is null ? null
                : step.IsElement ? Elements(node)
                : Member(node, Encoding.UTF8.GetBytes(step.Name), before: null);
        }
    }

    private PathNode? TryMake(PathNode parent, byte[] name, PathStep step)
    {
        PolicyNode? policy = parent.Policy?.Child(step);
        bool below = policy?.IncludesBelow ?? parent.IncludesBelow;
        bool here = policy?.IncludesHere ?? below;
        if (policy is { IsWanted: false } || (policy is null && !below))
        {
            return null;
        }

        var node = new PathNode(parent, name, step, policy, below)
        {
            SpatialBelow = _hasSpatial ? policy?.SpatialBelow ?? parent.SpatialBelow : -1,
        };
        if (here && !TryNumber(node))
        {
            return null;
        }

        int spatial = _hasSpatial ? policy?.SpatialHere ?? (here ? node.SpatialBelow : -1) : -1;
        if (spatial >= 0)
        {
            node.SpatialPrefix = EntryKey.PrefixOf(_set, IndexSet.SpatialNumber(_policy, spatial));
            node.SpatialTypes = _policy.SpatialIndexes[spatial].Types;
        }

        return node;
    }

    private bool TryNumber(PathNode node)
    {
        // A path too long to be named is in no index; whoever asks for it knows that by its length.
        if (node.ToPath() is not { } path)
        {
            return false;
        }

        string text = path.ToString();
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (_isFull || _texts.Count == MaxPaths || _textBytes + bytes > MaxTextBytes)
        {
            _isFull = true;
            return false;
        }

        uint number = _firstNumber + (uint)_texts.Count;
        _textBytes += bytes;
        _texts.Add(text);
        bool added = _numbers.TryAdd(text, number);
        Invariant.Check(added);
        node.Prefix = EntryKey.PrefixOf(_set, number);
        return true;
    }
}

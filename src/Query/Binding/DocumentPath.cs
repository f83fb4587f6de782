using System.Globalization;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Binding;

/// <summary>A path of the item that a query reads, as a node in the tree of all of them.</summary>
/// <remarks>Thread-safe once the query is bound: it never changes then.</remarks>
public sealed class DocumentPath
{
    // Invariants:
    // - The root has no parent, no name and Index -1; every other node has a name or an index from 0.
    // - Slot is -1, or the one slot that holds this path's value.

    private readonly List<DocumentPath> _children = [];

    private DocumentPath(DocumentPath? parent, string? name, int index)
    {
        Parent = parent;
        Name = name;
        Index = index;
        NameUtf8 = name is null ? [] : Wtf8.FromUtf16(name);
    }

    /// <summary>The path above; null for the item itself.</summary>
    public DocumentPath? Parent { get; }

    /// <summary>The member's name; null for an element and for the item itself.</summary>
    public string? Name { get; }

    /// <summary>The element's position; -1 for a member and for the item itself.</summary>
    public int Index { get; }

    /// <summary>Whether this is the item itself.</summary>
    public bool IsItem => Parent is null;

    /// <summary>The paths below this one that the query reads.</summary>
    internal IReadOnlyList<DocumentPath> Children => _children;

    /// <summary>The name in generalised UTF-8.</summary>
    internal byte[] NameUtf8 { get; }

    /// <summary>Where its value goes; -1 when only longer paths are read.</summary>
    internal int Slot { get; set; } = -1;

    internal bool HasMembers { get; private set; }

    internal bool HasElements { get; private set; }

    internal static DocumentPath NewItem() => new(null, null, -1);

    /// <summary>The path of a member; always the same node for the same name.</summary>
    internal DocumentPath Member(string name)
    {
        DocumentPath? found = _children.Find(child => string.Equals(child.Name, name, StringComparison.Ordinal));
        if (found is null)
        {
            found = new DocumentPath(this, name, -1);
            _children.Add(found);
            HasMembers = true;
        }

        return found;
    }

    /// <summary>The path of an element; always the same node for the same position.</summary>
    internal DocumentPath Element(int index)
    {
        DocumentPath? found = _children.Find(child => child.Index == index);
        if (found is null)
        {
            found = new DocumentPath(this, null, index);
            _children.Add(found);
            HasElements = true;
        }

        return found;
    }

    /// <summary>The path as an indexing policy would name it: <c>/a/b/0</c>, odd names in quotes; <c>/</c> for the item.</summary>
    public override string ToString()
    {
        if (Parent is null)
        {
            return "/";
        }

        string above = Parent.IsItem ? "" : Parent.ToString();
        string own = Name is null ? Index.ToString(CultureInfo.InvariantCulture)
            : Keywords.IsPlainName(Name) || Keywords.KindOf(Name) != TokenKind.Identifier ? Name
            : QueryPrinter.Quote(Name);
        return $"{above}/{own}";
    }

    /// <summary>Appends this and all below that have a slot.</summary>
    internal void Collect(List<DocumentPath> paths)
    {
        if (Slot >= 0)
        {
            paths.Add(this);
        }

        foreach (DocumentPath child in _children)
        {
            child.Collect(paths);
        }
    }
}

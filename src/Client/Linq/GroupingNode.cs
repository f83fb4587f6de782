namespace Nacre.Client.Linq;

/// <summary>A group: its key, and what its rows are.</summary>
internal sealed class GroupingNode(Type type, Node key, Node element) : Node(type)
{
    public Node Key { get; } = key;

    public Node Element { get; } = element;
}

namespace Nacre.Client.Linq;

/// <summary>An object that the query makes; its members can be read again, and then cost nothing.</summary>
/// <param name="type">What the rows are read as, or a type that only the program's compiler knows.</param>
/// <param name="members">Names as they are in the type, not in JSON.</param>
internal sealed class ObjectNode(Type type, IReadOnlyList<(string Name, Node Value)> members) : Node(type)
{
    public IReadOnlyList<(string Name, Node Value)> Members { get; } = members;

    public Node? Find(string name)
    {
        foreach ((string member, Node value) in Members)
        {
            if (member == name)
            {
                return value;
            }
        }

        return null;
    }
}

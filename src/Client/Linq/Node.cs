namespace Nacre.Client.Linq;

/// <summary>What an expression of a query has become.</summary>
/// <param name="type">Its type in the program.</param>
internal abstract class Node(Type type)
{
    public Type Type { get; } = type;
}

namespace Nacre.Client.Linq;

/// <summary>Rows within an item, or of a group, before it is known what becomes of them.</summary>
internal sealed class RowsNode(RowSet rows, Type type) : Node(type)
{
    public RowSet Rows { get; } = rows;
}

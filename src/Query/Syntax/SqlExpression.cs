namespace Nacre.Query.Syntax;

/// <summary>A scalar expression. Nodes never change; equality includes positions, so compare printed texts instead.</summary>
/// <param name="Position">Where it begins; for operators where the operator stands.</param>
public abstract record SqlExpression(SourcePosition Position)
{
    /// <summary>Levels of nodes from here down; a leaf has 1. The parser keeps it within <see cref="QueryParser.MaxDepth"/>.</summary>
    public abstract int Depth { get; }

    /// <summary>The canonical text.</summary>
    public sealed override string ToString() => QueryPrinter.Print(this);

    private protected static int Deepest(IEnumerable<SqlExpression> nodes)
    {
        int depth = 0;
        foreach (SqlExpression node in nodes)
        {
            depth = Math.Max(depth, node.Depth);
        }

        return depth;
    }
}

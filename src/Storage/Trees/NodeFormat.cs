namespace Nacre.Storage.Trees;

/// <summary>Layout of a tree node; the tables are in <c>docs/formats/tree.md</c>.</summary>
internal static partial class NodeFormat
{
    /// <summary>First byte of every node.</summary>
    public const byte Version = 1;

    /// <summary>Most levels of a tree.</summary>
    public const int MaxHeight = 48;
}

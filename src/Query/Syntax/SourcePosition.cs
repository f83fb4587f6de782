namespace Nacre.Query.Syntax;

/// <summary>A place in a query's text.</summary>
/// <param name="Offset">UTF-16 units before it.</param>
/// <param name="Line">From 1; lines end at LF, CR or both.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct SourcePosition(int Offset, int Line, int Column)
{
    /// <summary>Where a node stands that no text was read for.</summary>
    public static SourcePosition None => default;

    /// <summary>How messages name it: <c>Line 1, column 8</c>.</summary>
    public override string ToString() => $"Line {Line}, column {Column}";
}

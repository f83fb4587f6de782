using System.Collections.Immutable;
using Nacre.Core.Indexing;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

/// <summary>A value at a path that lies in some intervals.</summary>
/// <param name="Path">Where; never the root.</param>
/// <param name="Intervals">Rising; they neither overlap nor touch.</param>
/// <param name="Text">What is asked of the value, for a person: <c>= "AD"</c>.</param>
/// <param name="IsExact">As of the base.</param>
public sealed record PathCondition(DocumentPath Path, ImmutableArray<IndexInterval> Intervals, string Text, bool IsExact) : IndexCondition(IsExact)
{
    private const int MostTexts = 4;

    /// <summary>Whether one value alone is asked for: its entries come in the order of item numbers.</summary>
    public bool IsPoint { get; init; }

    /// <summary>For a person.</summary>
    public override string ToString() => $"{Path} {Text}";

    /// <summary>That the value at a path equals a constant.</summary>
    /// <param name="path">Not the root.</param>
    /// <param name="value">Any value but undefined.</param>
    public static PathCondition Equal(DocumentPath path, in QueryValue value) => Compare(path, BinaryOperator.Equal, value);

    /// <summary>That a comparison of the value at a path with a constant is true.</summary>
    internal static PathCondition Compare(DocumentPath path, BinaryOperator @operator, in QueryValue value)
    {
        ImmutableArray<IndexInterval> intervals = ValueKeys.Compared(@operator, value, out bool isExact);
        return new PathCondition(path, intervals, $"{SignOf(@operator)} {ValueKeys.Show(value)}", isExact && !path.HasElements)
        {
            IsPoint = @operator == BinaryOperator.Equal,
        };
    }

    /// <summary>What both ask of a value of the same path, which has no elements.</summary>
    internal PathCondition And(PathCondition other) => new(
        Path, IndexIntervals.Intersect(Intervals, other.Intervals), $"{Text} and {other.Text}", IsExact && other.IsExact)
    {
        IsPoint = IsPoint || other.IsPoint,
    };

    /// <summary>What any of several asks of a value of the same path.</summary>
    internal static PathCondition Any(IReadOnlyList<PathCondition> parts) => new(
        parts[0].Path,
        IndexIntervals.Union(parts.SelectMany(static part => part.Intervals)),
        parts.Count <= MostTexts ? string.Join(" or ", parts.Select(static part => part.Text)) : $"{parts[0].Text} or one of {parts.Count - 1} more",
        parts.All(static part => part.IsExact));

    private static string SignOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        _ => ">=",
    };
}

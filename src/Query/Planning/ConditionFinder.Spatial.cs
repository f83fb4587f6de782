using Nacre.Core.Indexing;
using Nacre.Core.Spatial;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

internal sealed partial class ConditionFinder
{
    /// <summary>Characters of a geometry that a plan shows: all of a point.</summary>
    private const int MostGeometryShown = 64;

    /// <summary>What an item has for which a comparison of <c>ST_DISTANCE</c> with a constant is true; null for others.</summary>
    /// <remarks>What NOT asks of a distance finds nothing in indexes, whichever way it compares.</remarks>
    private IndexCondition? Near(ComparisonNode node) => node.Left is ConstantNode
        ? Near(Mirrored(node.Operator), node.Right, node.Left)
        : Near(node.Operator, node.Left, node.Right);

    /// <summary>The same, of operands in the order of the operator.</summary>
    /// <remarks>
    /// A geometry without points is infinitely far away and in no index: of a distance that is not finite nothing is said.
    /// </remarks>
    private IndexCondition? Near(BinaryOperator @operator, EvaluationNode left, EvaluationNode right) =>
        @operator is BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Equal &&
        left is CallNode { Function.Name: "ST_DISTANCE" } call &&
        right is ConstantNode { Value: { IsNumber: true } metres } && double.IsFinite(metres.Number)
            ? Meets(call, metres.Number, $"within {ValueKeys.Show(metres)} m of")
            : null;

    /// <summary>That the geometry at a path, one argument, has a point in common with a constant one, the other, or is near it.</summary>
    /// <param name="call">A function of two geometries.</param>
    /// <param name="metres">How near.</param>
    /// <param name="text">What is asked of the path's geometry, for a person.</param>
    private IndexCondition? Meets(CallNode call, double metres, string text)
    {
        EvaluationNode other = call.Arguments[1];
        if (call.Arguments[0] is not ConstantNode constant)
        {
            if (other is not ConstantNode second)
            {
                return null;
            }

            (other, constant) = (call.Arguments[0], second);
        }

        // Of what is no geometry all functions are undefined.
        return !constant.Value.IsObject || GeoJsonReader.Read(constant.Value.Utf8.Span, out Geometry? geometry) is not null ? IndexCondition.Nothing
            : _paths.Find(other) is { } path
                ? new SpatialCondition(path, GeoRegion.Around(geometry!, metres), $"{text} {ValueKeys.Show(constant.Value, MostGeometryShown)}")
            : null;
    }
}

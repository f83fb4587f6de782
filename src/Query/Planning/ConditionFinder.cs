using Nacre.Core.Indexing;
using Nacre.Query.Evaluation;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

/// <summary>
/// Finds what indexes can say of a filter. The filter is evaluated over each item anyway, so that a condition may be wider
/// than what it stands for, but never narrower. <c>ConditionFinder.Functions.cs</c> has the functions,
/// <c>ConditionFinder.Spatial.cs</c> those of geometries.
/// </summary>
/// <remarks>Not thread-safe. Null everywhere says: any item.</remarks>
internal sealed partial class ConditionFinder(PathFinder paths)
{
    /// <summary>Most constants of an IN or an array that are looked for one by one.</summary>
    private const int MostConstants = 4096;

    private readonly PathFinder _paths = paths;

    /// <summary>What an item has that gives a query or subquery a row.</summary>
    public IndexCondition? RowsOf(SelectPlan plan)
    {
        _paths.Add(plan.Sources);
        List<IndexCondition?> parts = [];
        if (plan.Where is not null)
        {
            parts.Add(WhenTrue(plan.Where));
        }

        foreach (SourceStep source in plan.Sources)
        {
            // An input without values has no rows, and then there are none at all.
            IndexCondition? exists = source.Subquery is { Groups: null, Limit: > 0 } subquery ? RowsOf(subquery)
                : _paths.PathOf(source) is { } path ? Everything(path)
                : null;
            parts.Add(exists is null ? null : exists with { IsExact = false });
        }

        return IndexCondition.All(parts);
    }

    /// <summary>That a path has a value; null where no index knows.</summary>
    public static IndexCondition? Defined(PathNode node) => PathFinder.Of(node.Path) is { } path ? Everything(path) : null;

    /// <summary>What an item has for which an expression is true.</summary>
    public IndexCondition? WhenTrue(EvaluationNode node) => node switch
    {
        ConstantNode constant => constant.Value.Kind == ValueKind.True ? null : IndexCondition.Nothing,
        ComparisonNode comparison => Near(comparison) ?? Compare(comparison, static @operator => @operator),
        LogicalNode logical => Join(logical, logical.IsOr, WhenTrue),
        UnaryNode { Operator: UnaryOperator.Not } not => WhenFalse(not.Operand),
        BetweenNode between => Between(between),
        InNode @in => @in.Items.Count > MostConstants
            ? null
            : IndexCondition.Any([.. @in.Items.Select(item => Compare(BinaryOperator.Equal, @in.Value, item))]),
        LikeNode { Constant: { } pattern } like => BeginsWith(like.Value, Wtf8.FromUtf16(pattern.Prefix), pattern.IsPrefixOnly),
        CallNode call => Call(call),
        SubqueryNode { Kind: SubqueryKind.Exists, Plan: { Groups: null, Limit: > 0 } plan } => Inexact(RowsOf(plan)),
        PathNode or SlotNode or MemberNode => IsBoolean(node, QueryValue.True),
        _ => null,
    };

    /// <summary>What an item has for which an expression is false, and not undefined.</summary>
    private IndexCondition? WhenFalse(EvaluationNode node) => node switch
    {
        ConstantNode constant => constant.Value.Kind == ValueKind.False ? null : IndexCondition.Nothing,
        ComparisonNode comparison => Compare(comparison, Opposite),
        LogicalNode logical => Join(logical, !logical.IsOr, WhenFalse),
        UnaryNode { Operator: UnaryOperator.Not } not => WhenTrue(not.Operand),
        BetweenNode between => IndexCondition.Any(
        [
            Compare(BinaryOperator.Less, between.Value, between.Low), Compare(BinaryOperator.Greater, between.Value, between.High),
        ]),
        PathNode or SlotNode or MemberNode => IsBoolean(node, QueryValue.False),
        _ => null,
    };

    private static IndexCondition? Join(LogicalNode logical, bool any, Func<EvaluationNode, IndexCondition?> part) => any
        ? IndexCondition.Any([.. logical.Operands.Select(part)])
        : IndexCondition.All([.. logical.Operands.Select(part)]);

    private IndexCondition? Between(BetweenNode between)
    {
        IndexCondition? low = Compare(BinaryOperator.GreaterOrEqual, between.Value, between.Low);
        IndexCondition? high = Near(BinaryOperator.LessOrEqual, between.Value, between.High) ??
            Compare(BinaryOperator.LessOrEqual, between.Value, between.High);

        // It is one value of which both are asked, also where its path has others.
        return low is PathCondition first && high is PathCondition second ? first.And(second) : IndexCondition.All([low, high]);
    }

    private IndexCondition? Compare(ComparisonNode node, Func<BinaryOperator, BinaryOperator> turn) => node.Left is ConstantNode
        ? Compare(turn(Mirrored(node.Operator)), node.Right, node.Left)
        : Compare(turn(node.Operator), node.Left, node.Right);

    private IndexCondition? Compare(BinaryOperator @operator, EvaluationNode left, EvaluationNode right)
    {
        if (right is not ConstantNode constant)
        {
            return null;
        }

        if (!constant.Value.IsDefined)
        {
            return IndexCondition.Nothing;
        }

        return _paths.Find(left) is { } path ? PathCondition.Compare(path, @operator, constant.Value) : null;
    }

    private PathCondition? IsBoolean(EvaluationNode node, in QueryValue value) =>
        _paths.Find(node) is { } path ? PathCondition.Equal(path, value) : null;

    private PathCondition? BeginsWith(EvaluationNode node, ReadOnlySpan<byte> prefix, bool isAll)
    {
        if (_paths.Find(node) is not { } path)
        {
            return null;
        }

        byte[] begin = ValueKeys.OfPrefix(prefix, out bool isExact);
        string text = prefix.IsEmpty ? "is a string" : $"begins with {ValueKeys.Show(QueryValue.FromUtf8String(prefix.ToArray()))}";
        return new PathCondition(path, [IndexInterval.Of(begin)], text, isAll && isExact && !path.HasElements);
    }

    private static PathCondition Everything(DocumentPath path) => new(path, IndexIntervals.All, "is defined", !path.HasElements);

    private static IndexCondition? Inexact(IndexCondition? condition) => condition is null ? null : condition with { IsExact = false };

    private static BinaryOperator Mirrored(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Less => BinaryOperator.Greater,
        BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
        BinaryOperator.Greater => BinaryOperator.Less,
        BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
        _ => @operator,
    };

    private static BinaryOperator Opposite(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Equal => BinaryOperator.NotEqual,
        BinaryOperator.NotEqual => BinaryOperator.Equal,
        BinaryOperator.Less => BinaryOperator.GreaterOrEqual,
        BinaryOperator.LessOrEqual => BinaryOperator.Greater,
        BinaryOperator.Greater => BinaryOperator.LessOrEqual,
        _ => BinaryOperator.Less,
    };
}

using Nacre.Query.Functions;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A subquery in an expression, run anew for each row.</summary>
internal sealed class SubqueryNode(SubqueryKind kind, SelectPlan plan, SourcePosition position) : EvaluationNode
{
    public SubqueryKind Kind { get; } = kind;

    public SelectPlan Plan { get; } = plan;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        switch (Kind)
        {
            case SubqueryKind.Exists:
                bool exists = false;
                Plan.Run(frame, (in QueryValue _) =>
                {
                    exists = true;
                    return false;
                });
                return QueryValue.FromBool(exists);

            case SubqueryKind.Array:
                JsonBuilder builder = JsonBuilder.Array(frame.Context);
                Plan.Run(frame, (in QueryValue row) =>
                {
                    builder.Add(row);
                    return true;
                });
                return builder.Build();

            default:
                QueryValue single = default;
                Plan.Run(frame, (in QueryValue row) =>
                {
                    if (single.IsDefined)
                    {
                        throw QueryRefusedException.Semantic(position,
                            "the subquery has more than one row, and stands for one value. Write ARRAY(…) for all of them.");
                    }

                    single = row;
                    return true;
                });
                return single;
        }
    }
}

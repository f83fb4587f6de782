using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A bound expression, ready to be evaluated.</summary>
/// <remarks>Thread-safe, but for <see cref="LikeNode"/>'s and <see cref="SubqueryNode"/>'s frames: state is in the frame.</remarks>
internal abstract class EvaluationNode
{
    /// <summary>The value for the frame's row; it borrows from the row.</summary>
    public abstract QueryValue Evaluate(EvaluationFrame frame);
}

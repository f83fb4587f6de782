using Nacre.Core.Errors;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A call of a user's function.</summary>
internal sealed class UserCallNode(string name, EvaluationNode[] arguments) : EvaluationNode
{
    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        frame.Context.Charge(1);
        Result<QueryValue> result = frame.UserFunctions.Invoke(name, CallNode.Evaluate(arguments, frame), frame.Context);
        return result.IsOk ? result.Value : throw new QueryRefusedException(result.Error);
    }
}

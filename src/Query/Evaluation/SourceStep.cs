using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>One input of FROM or JOIN beside the item itself.</summary>
/// <param name="Collection">Its value; null when it is a subquery.</param>
/// <param name="Subquery">Its rows; null when it is a value.</param>
/// <param name="IsIteration">The elements of each array, else the value itself where it is defined.</param>
/// <param name="Slot">Where the alias's value goes; -1 when nothing reads it.</param>
internal sealed record SourceStep(EvaluationNode? Collection, SelectPlan? Subquery, bool IsIteration, int Slot)
{
    /// <summary>Puts each value of the alias into its slot.</summary>
    /// <param name="frame">The row so far.</param>
    /// <param name="each">Called for each; false ends it.</param>
    /// <returns>False when it was ended.</returns>
    public bool ForEach(EvaluationFrame frame, Func<bool> each)
    {
        if (Subquery is null)
        {
            return Spread(frame, Collection!.Evaluate(frame), each);
        }

        bool goesOn = true;
        Subquery.Run(frame, (in QueryValue row) => goesOn = Spread(frame, row, each));
        return goesOn;
    }

    private bool Spread(EvaluationFrame frame, in QueryValue value, Func<bool> each)
    {
        if (!IsIteration)
        {
            return !value.IsDefined || Take(frame, value, each);
        }

        foreach (QueryValue element in QueryValueReader.EnumerateArray(value))
        {
            if (!Take(frame, element, each))
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(EvaluationFrame frame, in QueryValue value, Func<bool> each)
    {
        frame.Context.ChargeBytes(value.Utf8.Length);
        if (Slot >= 0)
        {
            frame.Slots[Slot] = value;
        }

        return each();
    }
}

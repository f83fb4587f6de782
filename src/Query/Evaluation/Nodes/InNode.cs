using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>
/// Whether a value equals one of several, as a chain of = with OR between would say: true when one is equal, false when
/// all are of its type and none is equal, else undefined.
/// </summary>
internal sealed class InNode : EvaluationNode
{
    private readonly EvaluationNode[] _items;
    private readonly HashSet<QueryValue>? _constants;
    private readonly QueryValue _sample;
    private readonly bool _isOneType;

    public InNode(EvaluationNode value, EvaluationNode[] items)
    {
        Value = value;
        _items = items;
        if (Array.TrueForAll(items, static item => item is ConstantNode))
        {
            IEnumerable<QueryValue> constants = items.Select(static item => ((ConstantNode)item).Value);
            _sample = constants.First();
            QueryValue sample = _sample;
            _isOneType = constants.All(item => QueryComparison.AreOfOneType(item, sample));
            _constants = [.. constants.Where(static item => item.IsDefined && !(item.IsNumber && double.IsNaN(item.Number)))];
        }
    }

    public EvaluationNode Value { get; }

    public IReadOnlyList<EvaluationNode> Items => _items;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = Value.Evaluate(frame);
        if (!value.IsDefined)
        {
            return QueryValue.Undefined;
        }

        frame.Context.ChargeBytes(value.Utf8.Length);
        if (_constants is not null)
        {
            return _constants.Contains(value) ? QueryValue.True
                : _isOneType && QueryComparison.AreOfOneType(value, _sample) ? QueryValue.False
                : QueryValue.Undefined;
        }

        bool isKnown = true;
        foreach (EvaluationNode item in _items)
        {
            frame.Context.Charge(1);
            QueryValue equal = QueryComparison.Equal(value, item.Evaluate(frame));
            if (equal.Kind == ValueKind.True)
            {
                return equal;
            }

            isKnown &= equal.IsDefined;
        }

        return isKnown ? QueryValue.False : QueryValue.Undefined;
    }
}

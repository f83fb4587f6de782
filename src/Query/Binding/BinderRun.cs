using Nacre.Query.Evaluation;
using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Evaluation.Rows;
using Nacre.Query.Functions;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Binding;

/// <summary>One binding of one query: its clauses. <c>BinderRun.Expressions.cs</c> and <c>BinderRun.Names.cs</c> have the rest.</summary>
/// <remarks>Not thread-safe. Refuses with <see cref="QueryRefusedException"/>.</remarks>
internal sealed partial class BinderRun(IReadOnlyDictionary<string, QueryValue> parameters, IUserFunctions userFunctions)
{
    // Invariants:
    // - Slots below _slots are given out, each once.
    // - _scope is the innermost query that is being bound.

    private const long MaxFoldingSteps = 1_000_000;
    private const int MaxFoldedBytes = 64 * 1024;

    private readonly DocumentPath _item = DocumentPath.NewItem();
    private readonly EvaluationFrame _folding = new(
        0,
        new FunctionContext(DateTimeOffset.UnixEpoch, new NoRandom(), MaxFoldedBytes, MaxFoldingSteps, CancellationToken.None),
        NoUserFunctions.Instance,
        new HeldBytes(MaxFoldedBytes));

    private BindScope _scope = new(null);
    private int _slots;
    private int _nodes;
    private bool _tellsEqualApart;

    /// <summary>Binds a whole query.</summary>
    public BoundQuery Bind(SelectQuery query)
    {
        SelectPlan plan = BindQuery(query, isWhole: true);
        return new BoundQuery(query, plan, _item, _slots, readsDocuments: query.Sources.Count > 0, _tellsEqualApart);
    }

    /// <param name="query">The query.</param>
    /// <param name="isWhole">No subquery.</param>
    /// <param name="seesContainer">Whether any name that FROM begins with is the container's.</param>
    private SelectPlan BindQuery(SelectQuery query, bool isWhole, bool seesContainer = false)
    {
        int nodesBefore = _nodes;
        if (!isWhole)
        {
            _scope = new BindScope(_scope);
        }

        List<SourceStep> sources = BindSources(query, isWhole || seesContainer);
        EvaluationNode? where = query.Where is null ? null : BindRowExpression(query.Where);
        GroupSpec? groups = BeginGroups(query);
        EvaluationNode projection = BindSelection(query);
        List<OrderKey> order = [.. query.OrderBy.Select(item => new OrderKey(Bind(item.Expression), item.IsDescending))];
        if (groups is not null)
        {
            groups = groups with { Aggregates = [.. _scope.Aggregates.Values] };
        }

        if (query.Top is not null && query.Limit is not null)
        {
            throw QueryRefusedException.Semantic(query.Top.Position, "TOP and OFFSET … LIMIT cannot stand in one query.");
        }

        SqlExpression? limit = query.Top ?? query.Limit;
        var plan = new SelectPlan
        {
            Sources = sources,
            Where = where,
            Groups = groups,
            Projection = projection,
            Order = order,
            IsDistinct = query.IsDistinct,
            Offset = query.Offset is null ? 0 : BindCount(query.Offset, "OFFSET"),
            Limit = limit is null ? long.MaxValue : BindCount(limit, query.Top is null ? "LIMIT" : "TOP"),
            Cost = 1 + _nodes - nodesBefore,
        };
        _scope = _scope.Outer ?? _scope;
        return plan;
    }

    /// <summary>Binds the keys, and turns the scope to groups: what is bound from here on is bound for a group.</summary>
    private GroupSpec? BeginGroups(SelectQuery query)
    {
        bool hasAggregates = query.Items.Any(static item => SyntaxWalk.Any(item.Expression, IsAggregate)) ||
            query.OrderBy.Any(static item => SyntaxWalk.Any(item.Expression, IsAggregate));
        if (query.GroupBy.Count == 0 && !hasAggregates)
        {
            return null;
        }

        if (query.Kind == SelectKind.Star)
        {
            throw QueryRefusedException.Semantic(query.Position, "SELECT * cannot stand with GROUP BY or aggregates: name what each group answers.");
        }

        List<EvaluationNode> nodes = [];
        List<int> slots = [];
        List<BindScope.GroupKey> keys = [];
        foreach (SqlExpression key in query.GroupBy)
        {
            nodes.Add(BindRowExpression(key));
            int slot = _slots++;
            slots.Add(slot);
            keys.Add(new BindScope.GroupKey(QueryPrinter.Print(key), key.Depth, slot));
        }

        _scope.Keys.AddRange(keys);
        _scope.IsGrouped = true;
        return new GroupSpec(nodes, slots, []);
    }

    private EvaluationNode BindSelection(SelectQuery query)
    {
        switch (query.Kind)
        {
            case SelectKind.Star:
                if (query.Sources.Count != 1)
                {
                    throw QueryRefusedException.Semantic(query.Position, query.Sources.Count == 0
                        ? "SELECT * needs a FROM."
                        : "SELECT * needs a single input, and FROM has a JOIN: name what each row answers.");
                }

                return NodeOf(_scope.Names[0]);

            case SelectKind.Value:
                return Bind(query.Items[0].Expression);

            default:
                return BindList(query.Items);
        }
    }

    private EvaluationNode BindList(IReadOnlyList<SelectItem> items)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        int unnamed = 0;
        List<(string Name, SqlExpression Expression)> members = [];
        foreach (SelectItem item in items)
        {
            string name = item.Alias ?? item.Expression switch
            {
                NameExpression alias => alias.Name,
                MemberExpression member => member.Name,
                _ => $"${++unnamed}",
            };
            if (!names.Add(name))
            {
                throw QueryRefusedException.Semantic(item.Expression.Position,
                    $"two expressions of SELECT are named {QueryPrinter.Quote(name)}: give one another name with AS.");
            }

            members.Add((name, item.Expression));
        }

        return BindObject(members);
    }

    private EvaluationNode BindObject(IReadOnlyList<(string Name, SqlExpression Expression)> members)
    {
        byte[][] names = [.. members.Select(static member => Wtf8.FromUtf16(member.Name))];
        EvaluationNode[] values = [.. members.Select(member => Bind(member.Expression))];
        return Fold(new ObjectNode(names, values), values);
    }

    /// <summary>Binds what is evaluated for each row, where no aggregate may stand.</summary>
    private EvaluationNode BindRowExpression(SqlExpression expression)
    {
        bool wasGrouped = _scope.IsGrouped;
        _scope.IsGrouped = false;
        EvaluationNode node = Bind(expression);
        _scope.IsGrouped = wasGrouped;
        return node;
    }

    private long BindCount(SqlExpression expression, string clause)
    {
        QueryValue value = ((ConstantNode)Bind(expression)).Value;
        return value.TryGetInteger(out long count) && count is >= 0 and <= int.MaxValue
            ? count
            : throw QueryRefusedException.Semantic(expression.Position, $"{clause} takes a whole number from 0 to {int.MaxValue}.");
    }

    private SlotNode BindAggregate(CallExpression call, AggregateKind kind)
    {
        if (!_scope.IsGrouped)
        {
            throw QueryRefusedException.Semantic(call.Position,
                $"the aggregate {call.Name.ToUpperInvariant()} can stand in SELECT and ORDER BY only, and in no other aggregate.");
        }

        if (call.Arguments.Count != 1)
        {
            throw QueryRefusedException.Semantic(call.Position,
                $"{call.Name.ToUpperInvariant()} takes 1 argument, not {call.Arguments.Count}.");
        }

        string text = $"{kind}:{QueryPrinter.Print(call.Arguments[0])}";
        if (!_scope.Aggregates.TryGetValue(text, out AggregateSpec? spec))
        {
            spec = new AggregateSpec(kind, BindRowExpression(call.Arguments[0]), _slots++);
            _scope.Aggregates.Add(text, spec);
        }

        return new SlotNode(spec.Slot);
    }

    private static bool IsAggregate(SqlExpression node) => node is CallExpression call && AggregateOf(call) is not null;

    private static AggregateKind? AggregateOf(CallExpression call) => call.IsUserDefined ? null : call.Name.ToUpperInvariant() switch
    {
        "COUNT" => AggregateKind.Count,
        "SUM" => AggregateKind.Sum,
        "AVG" => AggregateKind.Avg,
        "MIN" => AggregateKind.Min,
        "MAX" => AggregateKind.Max,
        _ => null,
    };
}

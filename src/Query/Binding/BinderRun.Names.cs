using Nacre.Core.Errors;
using Nacre.Query.Evaluation;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Syntax;

namespace Nacre.Query.Binding;

internal sealed partial class BinderRun
{
    private List<SourceStep> BindSources(SelectQuery query, bool seesContainer)
    {
        if (query.Sources.Count > QueryBinder.MaxSources)
        {
            throw new QueryRefusedException(new NacreError(ErrorCode.QueryLimit,
                $"{query.Position}: the query joins {query.Sources.Count} inputs; {QueryBinder.MaxSources} are allowed."));
        }

        List<SourceStep> steps = [];
        for (int at = 0; at < query.Sources.Count; at++)
        {
            FromSource source = query.Sources[at];
            if (source.Name is { } name && _scope.Names.Exists(known => known.Name == name))
            {
                throw QueryRefusedException.Semantic(source.Position,
                    $"two inputs are named {QueryPrinter.Quote(name)}: give one another name with AS.");
            }

            BindSource(source, seesContainer: seesContainer && at == 0, steps);
        }

        return steps;
    }

    /// <summary>Adds the source's name to the scope, and a step where the item alone does not say what the rows are.</summary>
    private void BindSource(FromSource source, bool seesContainer, List<SourceStep> steps)
    {
        if (source.Collection is SubqueryExpression subquery)
        {
            // The subquery that stands first sees the container, as the whole query would.
            SelectPlan plan = BindQuery(subquery.Query, isWhole: false, seesContainer);
            AddSlot(source, slot => steps.Add(new SourceStep(null, plan, source.IsIteration, slot)));
            return;
        }

        EvaluationNode collection = BindCollection(source.Collection, seesContainer);
        if (source.IsIteration)
        {
            EvaluationNode array = Used(collection);
            AddSlot(source, slot => steps.Add(new SourceStep(array, null, IsIteration: true, slot)));
        }
        else if (collection is PathNode path)
        {
            // The alias is the path: what is read below it becomes a path of the item, too.
            _scope.Names.Add(new BoundName(source.Name ?? "", path.Path, -1));
            if (!path.Path.IsItem)
            {
                steps.Add(new SourceStep(Used(path), null, IsIteration: false, -1));
            }
        }
        else
        {
            AddSlot(source, slot => steps.Add(new SourceStep(collection, null, IsIteration: false, slot)));
        }
    }

    private void AddSlot(FromSource source, Action<int> add)
    {
        int slot = _slots++;
        _scope.Names.Add(new BoundName(source.Name ?? "", null, slot));
        add(slot);
    }

    private EvaluationNode BindCollection(SqlExpression collection, bool seesContainer)
    {
        switch (collection)
        {
            case NameExpression name:
                return seesContainer || IsRoot(name.Name) ? new PathNode(_item) : BindName(name);
            case MemberExpression member:
                return Below(BindCollection(member.Target, seesContainer), member.Name);
            case IndexExpression index:
                return Below(BindCollection(index.Target, seesContainer), Bind(index.Index));
            default:
                throw QueryRefusedException.Semantic(collection.Position, "an input of FROM is a name with a path, or a subquery.");
        }
    }

    private EvaluationNode BindName(NameExpression name)
    {
        for (BindScope? scope = _scope; scope is not null; scope = scope.Outer)
        {
            BoundName? found = scope.Names.Find(known => known.Name == name.Name);
            if (found is not null)
            {
                return scope.IsGrouped
                    ? throw QueryRefusedException.Semantic(name.Position,
                        $"'{name.Name}' is read for a group: read a key of GROUP BY, or put it into an aggregate.")
                    : NodeOf(found, isUsed: false);
            }
        }

        List<string> known = [];
        for (BindScope? scope = _scope; scope is not null; scope = scope.Outer)
        {
            known.AddRange(scope.Names.Select(static bound => bound.Name).Where(static bound => bound.Length > 0).Reverse());
        }

        known.Reverse();
        throw QueryRefusedException.Semantic(name.Position, known.Count == 0
            ? $"the name '{name.Name}' is not known here: the query has no FROM before it."
            : $"the name '{name.Name}' is not known here; known are {string.Join(", ", known.Distinct())}.");
    }

    /// <summary>ROOT in a FROM is the item, unless an input has that name, or there is no one item any more but a group.</summary>
    private bool IsRoot(string name)
    {
        for (BindScope? scope = _scope; scope is not null; scope = scope.Outer)
        {
            if (scope.IsGrouped || scope.Names.Exists(known => known.Name == name))
            {
                return false;
            }
        }

        return name.Equals("ROOT", StringComparison.OrdinalIgnoreCase);
    }

    private EvaluationNode NodeOf(BoundName name, bool isUsed = true)
    {
        if (name.Path is null)
        {
            return new SlotNode(name.Slot);
        }

        var path = new PathNode(name.Path);
        return isUsed ? Used(path) : path;
    }

    /// <summary>Gives a path a slot, now that its own value is read and not only what is below it.</summary>
    private EvaluationNode Used(EvaluationNode node)
    {
        if (node is PathNode { Path.Slot: < 0 } path)
        {
            path.Path.Slot = _slots++;
        }

        return node;
    }

    private EvaluationNode Below(EvaluationNode target, string name) => target is PathNode path
        ? new PathNode(path.Path.Member(name))
        : Fold(new MemberNode(target, Values.Wtf8.FromUtf16(name)), [target]);

    private EvaluationNode Below(EvaluationNode target, EvaluationNode index)
    {
        if (index is ConstantNode constant && target is PathNode path)
        {
            if (constant.Value.IsString)
            {
                return new PathNode(path.Path.Member(constant.Value.GetString()));
            }

            if (constant.Value.TryGetInteger(out long position) && position is >= 0 and <= int.MaxValue)
            {
                return new PathNode(path.Path.Element((int)position));
            }
        }

        return Fold(new IndexNode(Used(target), index), [target, index]);
    }
}

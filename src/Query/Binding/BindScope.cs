using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Syntax;

namespace Nacre.Query.Binding;

/// <summary>The names of one query while it is bound, and what its groups are.</summary>
internal sealed class BindScope(BindScope? outer)
{
    /// <summary>The query around this one; null for the whole.</summary>
    public BindScope? Outer { get; } = outer;

    /// <summary>The names in their order.</summary>
    public List<BoundName> Names { get; } = [];

    /// <summary>Where an aggregate may stand now, and rows' own values may not, but for <see cref="Keys"/>.</summary>
    public bool IsGrouped { get; set; }

    /// <summary>The keys of GROUP BY by their text.</summary>
    public List<GroupKey> Keys { get; } = [];

    /// <summary>The aggregates by their text.</summary>
    public Dictionary<string, AggregateSpec> Aggregates { get; } = new(StringComparer.Ordinal);

    /// <summary>A key of GROUP BY.</summary>
    public readonly record struct GroupKey(string Text, int Depth, int Slot);

    /// <summary>The key that an expression is; null when it is none.</summary>
    public GroupKey? KeyOf(SqlExpression expression)
    {
        if (IsGrouped)
        {
            string? text = null;
            foreach (GroupKey key in Keys)
            {
                if (key.Depth == expression.Depth && (text ??= QueryPrinter.Print(expression)) == key.Text)
                {
                    return key;
                }
            }
        }

        return null;
    }
}

namespace Nacre.Client.Linq;

/// <summary>Makes expressions of the query language, with parentheses where they are needed and the program's logic of two values.</summary>
internal static class Sql
{
    // How tightly operators bind; docs/query.md has the table.
    public const int Conditional = 0;
    public const int Coalesce = 1;
    public const int Disjunction = 2;
    public const int Conjunction = 3;
    public const int Negation = 4;
    public const int Equality = 5;
    public const int Relational = 6;
    public const int BitwiseOr = 7;
    public const int BitwiseXor = 8;
    public const int BitwiseAnd = 9;
    public const int Shift = 10;
    public const int Additive = 11;
    public const int Multiplicative = 12;
    public const int Unary = 13;
    public const int Primary = 14;

    public static SqlNode Null(Type type) => new("null", Primary, type) { MayBeNull = true };

    public static SqlNode Literal(bool value) => new(value ? "true" : "false", Primary, typeof(bool));

    public static SqlNode Path(string text, Type type) => new(text, Primary, type) { IsPath = true };

    /// <summary>The text, in parentheses unless it binds at least so tightly.</summary>
    public static string Wrap(SqlNode node, int minimum) => node.Precedence >= minimum ? node.Text : $"({node.Text})";

    public static SqlNode Call(string name, Type type, params IReadOnlyList<SqlNode> arguments)
    {
        bool mayBeUndefined = arguments.Any(static argument => argument.MayBeNull || argument.MayBeUndefined);
        return new($"{name}({string.Join(", ", arguments.Select(static argument => argument.Text))})", Primary, type)
        {
            MayBeNull = mayBeUndefined && JsonNames.CanBeNull(type),
            MayBeUndefined = mayBeUndefined,
            WhenUndefined = mayBeUndefined && type == typeof(bool) ? false : null,
        };
    }

    /// <summary>A function that has an answer whatever it is asked.</summary>
    public static SqlNode Check(string name, SqlNode argument) => new($"{name}({argument.Text})", Primary, typeof(bool));

    public static SqlNode Binary(string @operator, int precedence, Type type, SqlNode left, SqlNode right)
    {
        bool mayBeUndefined = left.MayBeNull || right.MayBeNull || left.MayBeUndefined || right.MayBeUndefined;
        return new($"{Wrap(left, precedence)} {@operator} {Wrap(right, precedence + 1)}", precedence, type)
        {
            MayBeNull = mayBeUndefined && JsonNames.CanBeNull(type),
            MayBeUndefined = mayBeUndefined,
        };
    }

    /// <summary>A comparison; where it is undefined, the program says <paramref name="whenUndefined"/>.</summary>
    public static SqlNode Comparison(string @operator, int precedence, SqlNode left, SqlNode right, bool? whenUndefined) =>
        new($"{Wrap(left, precedence + 1)} {@operator} {Wrap(right, precedence + 1)}", precedence, typeof(bool)) { WhenUndefined = whenUndefined };

    public static SqlNode IsNull(SqlNode node) => node.MayBeUndefined || !node.MayBeNull
        ? new($"NOT IS_DEFINED({node.Text}) OR IS_NULL({node.Text})", Disjunction, typeof(bool))
        : Check("IS_NULL", node);

    public static SqlNode IsNotNull(SqlNode node) => node.MayBeUndefined || !node.MayBeNull
        ? new($"IS_DEFINED({node.Text}) AND NOT IS_NULL({node.Text})", Conjunction, typeof(bool))
        : Not(Check("IS_NULL", node));

    public static SqlNode Not(SqlNode node) => new($"NOT {Wrap(node, Unary)}", Negation, typeof(bool)) { WhenUndefined = !node.WhenUndefined };

    public static SqlNode And(params IReadOnlyList<SqlNode> nodes) => Chain("AND", Conjunction, nodes);

    public static SqlNode Or(params IReadOnlyList<SqlNode> nodes) => Chain("OR", Disjunction, nodes);

    /// <summary>The first where the condition holds, else the second.</summary>
    public static SqlNode If(SqlNode condition, SqlNode whenTrue, SqlNode otherwise, Type type) =>
        new($"{Wrap(Filter(condition), Coalesce)} ? {Wrap(whenTrue, Coalesce)} : {Wrap(otherwise, Coalesce)}", Conditional, type)
        {
            MayBeNull = whenTrue.MayBeNull || otherwise.MayBeNull,
            MayBeUndefined = whenTrue.MayBeUndefined || otherwise.MayBeUndefined,
        };

    /// <summary>The node, or the other where it is null in the program.</summary>
    public static SqlNode IfNull(SqlNode node, SqlNode other, Type type)
    {
        if (!node.MayBeNull && !node.MayBeUndefined)
        {
            return node.With(type);
        }

        SqlNode present = node.AsPresent(type);
        return If(IsNotNull(node), present, other, type);
    }

    /// <summary>What a condition is in the program, where undefined counts as false: as WHERE and ?: need it.</summary>
    public static SqlNode Filter(SqlNode node) => node.WhenUndefined == true ? Definite(node) : node;

    /// <summary>What a condition is in the program: true or false.</summary>
    public static SqlNode Definite(SqlNode node) => node.WhenUndefined is { } value
        ? new($"{Wrap(node, Unary)} ?? {(value ? "true" : "false")}", Coalesce, typeof(bool))
        : node;

    /// <summary>The value as a row or member: null where it is null in the program, so that no row gets lost.</summary>
    public static SqlNode Answer(SqlNode node) => node.WhenUndefined is not null ? Definite(node)
        : node is { MayBeNull: true, MayBeUndefined: true }
            ? new($"{Wrap(node, Disjunction)} ?? null", Coalesce, node.Type) { MayBeNull = true }
            : node;

    private static SqlNode Chain(string @operator, int precedence, IReadOnlyList<SqlNode> nodes)
    {
        if (nodes.Count == 1)
        {
            return nodes[0];
        }

        // Undefined passes through a chain, so that all of it must mean the same by undefined.
        bool isMixed = nodes.Any(static node => node.WhenUndefined == true) && nodes.Any(static node => node.WhenUndefined == false);
        bool? whenUndefined = isMixed ? false : nodes.FirstOrDefault(static node => node.WhenUndefined is not null)?.WhenUndefined;
        return new(string.Join($" {@operator} ", nodes.Select(node => Wrap(isMixed ? Filter(node) : node, precedence))), precedence, typeof(bool))
        {
            WhenUndefined = whenUndefined,
        };
    }
}

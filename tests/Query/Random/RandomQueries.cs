using System.Globalization;
using Nacre.Query.Syntax;
using Nacre.Testing;

namespace Nacre.Query.Tests.Random;

/// <summary>Queries that mean something over <see cref="RandomDocuments"/>: they bind, and no subquery that stands for one value has two rows.</summary>
/// <remarks>The same source gives the same queries. Parameters are @p0 to @p3.</remarks>
internal sealed class RandomQueries(SeededRandom random)
{
    private const int MaxLevels = 4;
    private const int MaxSubqueries = 5;

    private static readonly string[] OneArgument =
        ["ABS", "LENGTH", "IS_DEFINED", "IS_NUMBER", "IS_STRING", "IS_NULL", "IS_ARRAY", "ARRAY_LENGTH", "IS_BOOL", "IS_OBJECT"];

    private static readonly string[] Aggregates = ["COUNT", "SUM", "AVG", "MIN", "MAX"];

    private static readonly BinaryOperator[] Comparisons =
    [
        BinaryOperator.Equal, BinaryOperator.NotEqual, BinaryOperator.Less, BinaryOperator.LessOrEqual, BinaryOperator.Greater, BinaryOperator.GreaterOrEqual,
    ];

    private static readonly BinaryOperator[] Arithmetic =
    [
        BinaryOperator.Add, BinaryOperator.Subtract, BinaryOperator.Multiply, BinaryOperator.Divide, BinaryOperator.Modulo, BinaryOperator.BitwiseAnd,
        BinaryOperator.BitwiseOr, BinaryOperator.BitwiseXor, BinaryOperator.ShiftLeft, BinaryOperator.ShiftRight, BinaryOperator.ShiftRightZero,
    ];

    private int _aliases;
    private int _subqueries;

    /// <summary>The values of the parameters, as JSON.</summary>
    public static IReadOnlyDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["@p0"] = "1", ["@p1"] = "\"ab\"", ["@p2"] = "null", ["@p3"] = "[1, \"a\"]",
    };

    /// <summary>A whole query.</summary>
    public SelectQuery Next()
    {
        _aliases = 0;
        _subqueries = 0;
        if (random.OneIn(40))
        {
            return Query([], SelectKind.Value, [], 0);
        }

        List<string> names = [];
        List<FromSource> sources = [First(names)];
        while (random.OneIn(3) && sources.Count < 3)
        {
            sources.Add(Join(names));
        }

        return random.OneIn(4)
            ? Grouped(names, sources)
            : Query(names, (SelectKind)random.Next(3), sources, 0);
    }

    private FromSource First(List<string> names)
    {
        string alias = random.OneIn(4) ? "root" : "c";
        names.Add(alias);
        return random.Next(8) switch
        {
            0 => Source(Member(Name("anything"), "o"), alias, isIteration: false),
            1 => Source(Member(Name("anything"), "tags"), alias, isIteration: true),
            2 => Source(new SubqueryExpression(default, SubqueryKind.Scalar, new SelectQuery(default)
            {
                Kind = SelectKind.Value,
                Items = [new SelectItem(random.OneIn(2) ? Name("inner") : Member(Name("inner"), "o"), null)],
                Sources = [Source(Name("inner"), null, isIteration: false)],
            }), alias, isIteration: false),
            _ => Source(Name(alias), null, isIteration: false),
        };
    }

    private FromSource Join(List<string> names)
    {
        string alias = $"t{++_aliases}";
        SqlExpression path = Member(Name(Pick(names)), random.OneIn(2) ? "tags" : Pick(RandomDocuments.Names));
        FromSource source = random.Next(4) switch
        {
            0 => Source(path, alias, isIteration: false),
            1 when _subqueries < MaxSubqueries => Source(new SubqueryExpression(default, SubqueryKind.Scalar, Rows(names)), alias, isIteration: random.OneIn(3)),
            _ => Source(path, alias, isIteration: true),
        };
        names.Add(alias);
        return source;
    }

    /// <summary>A subquery of any number of rows.</summary>
    private SelectQuery Rows(List<string> outer)
    {
        _subqueries++;
        List<string> names = [.. outer];
        List<FromSource> sources = [Join(names)];
        SelectQuery query = Query(names, random.OneIn(3) ? SelectKind.List : SelectKind.Value, sources, 2);
        return query;
    }

    private SelectQuery Query(List<string> names, SelectKind kind, List<FromSource> sources, int level)
    {
        if (kind == SelectKind.Star && sources.Count != 1)
        {
            kind = SelectKind.Value;
        }

        SelectItem[] items = kind switch
        {
            SelectKind.Star => [],
            SelectKind.Value => [new SelectItem(Expression(names, level), null)],
            _ => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(at => new SelectItem(Expression(names, level), $"m{at}"))],
        };
        bool hasPage = random.OneIn(4);
        return new SelectQuery(default)
        {
            Kind = kind,
            Items = items,
            IsDistinct = random.OneIn(5),
            Top = !hasPage && random.OneIn(6) ? Number(random.Next(6)) : null,
            Sources = sources,
            Where = random.OneIn(3) ? null : Predicate(names, level),
            OrderBy = random.OneIn(3) ? [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => new OrderItem(Expression(names, MaxLevels - 1), random.OneIn(2)))] : [],
            Offset = hasPage ? Number(random.Next(4)) : null,
            Limit = hasPage ? Number(random.Next(8)) : null,
        };
    }

    private SelectQuery Grouped(List<string> names, List<FromSource> sources)
    {
        SqlExpression[] keys = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Path(names, canBeName: false)).DistinctBy(QueryPrinter.Print)];
        List<SelectItem> items = [.. keys.Select((key, at) => new SelectItem(random.OneIn(4) ? Call("IS_DEFINED", key) : key, $"k{at}"))];
        int count = 1 + random.Next(3);
        for (int at = 0; at < count; at++)
        {
            SqlExpression aggregate = Aggregate(names);
            items.Add(new SelectItem(
                random.OneIn(4) ? new BinaryExpression(default, BinaryOperator.Add, aggregate, Number(1)) : aggregate, $"n{at}"));
        }

        return new SelectQuery(default)
        {
            Kind = SelectKind.List,
            Items = items,
            Sources = sources,
            Where = random.OneIn(2) ? null : Predicate(names, 1),
            GroupBy = keys,
            OrderBy = random.OneIn(3) ? [new OrderItem(keys.Length > 0 && random.OneIn(2) ? keys[0] : Aggregate(names), random.OneIn(2))] : [],
            IsDistinct = random.OneIn(8),
            Top = random.OneIn(6) ? Number(random.Next(5)) : null,
        };
    }

    private CallExpression Aggregate(List<string> names)
    {
        string name = Pick(Aggregates);
        return Call(name, name == "COUNT" && random.OneIn(2) ? Number(1) : Path(names, canBeName: false));
    }

    private SqlExpression Predicate(List<string> names, int level) => random.Next(8) switch
    {
        0 when level < MaxLevels => Chain(random.OneIn(2), Predicate(names, level + 1), Predicate(names, level + 1)),
        1 when level < MaxLevels => new UnaryExpression(default, UnaryOperator.Not, Predicate(names, level + 1)),
        2 => new BetweenExpression(default, Path(names), Literal(), Literal(), random.OneIn(3)),
        3 => In(names, level),
        4 => Like(names),
        5 when _subqueries < MaxSubqueries => new SubqueryExpression(default, SubqueryKind.Exists, names.Count > 0 ? Rows(names) : Query([], SelectKind.Value, [], MaxLevels)),
        _ => new BinaryExpression(default, Pick(Comparisons), Path(names), random.OneIn(3) ? Expression(names, level + 1) : Literal()),
    };

    private SqlExpression Expression(List<string> names, int level)
    {
        if (level >= MaxLevels)
        {
            return random.OneIn(3) ? Literal() : Path(names);
        }

        int next = level + 1;
        switch (random.Next(20))
        {
            case 0:
                return Literal();
            case 1:
                return new ParameterExpression(default, $"@p{random.Next(Parameters.Count)}");
            case 2 or 3:
                return Predicate(names, next);
            case 4:
                return new UnaryExpression(default, (UnaryOperator)random.Next(4), Expression(names, next));
            case 5 or 6:
                return new BinaryExpression(default, Pick(Arithmetic), Expression(names, next), Expression(names, next));
            case 7:
                return new BinaryExpression(default, BinaryOperator.Concat, Expression(names, next), Expression(names, next));
            case 8:
                return new BinaryExpression(default, BinaryOperator.Coalesce, Expression(names, next), Expression(names, next));
            case 9:
                return new ConditionalExpression(default, Predicate(names, next), Expression(names, next), Expression(names, next));
            case 10:
                return Call(Pick(OneArgument), Expression(names, next));
            case 11:
                return Call(random.OneIn(2) ? "STARTSWITH" : "CONTAINS", Path(names), Literal());
            case 12:
                return new ArrayExpression(default, [Expression(names, next), Expression(names, next)]);
            case 13:
                return new ObjectExpression(default,
                    [new ObjectExpressionMember(default, "p", Expression(names, next)), new ObjectExpressionMember(default, "q r", Expression(names, next))]);
            case 14:
                SqlExpression target = Expression(names, next);
                SqlExpression index = random.OneIn(3) ? Path(names) : Number(random.Next(3));
                return index is LiteralExpression { Kind: LiteralKind.String } name ? Member(target, name.Text) : new IndexExpression(default, target, index);
            case 15 when names.Count > 0 && _subqueries < MaxSubqueries:
                return new SubqueryExpression(default, SubqueryKind.Array, Rows(names));
            case 16 when names.Count > 0 && _subqueries < MaxSubqueries:
                _subqueries++;
                List<string> inner = [.. names];
                return new SubqueryExpression(default, SubqueryKind.Scalar, new SelectQuery(default)
                {
                    Kind = SelectKind.Value,
                    Sources = [Join(inner)],
                    Items = [new SelectItem(Aggregate([inner[^1]]), null)],
                });
            default:
                return Path(names);
        }
    }

    /// <summary>One node for a chain, as the parser makes it.</summary>
    private static LogicalExpression Chain(bool isOr, params SqlExpression[] operands) => new(default, isOr,
        [.. operands.SelectMany(operand => operand is LogicalExpression inner && inner.IsOr == isOr ? inner.Operands : [operand])]);

    private InExpression In(List<string> names, int level)
    {
        SqlExpression[] items = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.OneIn(8) ? Expression(names, level + 2) : Literal())];
        return new InExpression(default, Path(names), items, random.OneIn(3));
    }

    private LikeExpression Like(List<string> names)
    {
        string[] parts = ["%", "_", "a", "b", "[a-c]", "[^b]", "!%", "[", "ä", "😀", "!", "c", "]"];
        string pattern = string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => parts[random.Next(parts.Length)]));
        return new LikeExpression(default, Path(names), LiteralExpression.OfString(pattern), random.OneIn(2) ? "!" : null, random.OneIn(3));
    }

    private SqlExpression Path(List<string> names, bool canBeName = true)
    {
        if (names.Count == 0)
        {
            return Literal();
        }

        SqlExpression path = Name(Pick(names));
        if (canBeName && random.OneIn(8))
        {
            return path;
        }

        path = Member(path, random.OneIn(6) ? "id" : Pick(RandomDocuments.Names));
        if (random.OneIn(4))
        {
            path = random.OneIn(2) ? Member(path, Pick(RandomDocuments.Names)) : new IndexExpression(default, path, Number(random.Next(2)));
        }

        return path;
    }

    private SqlExpression Literal()
    {
        switch (random.Next(8))
        {
            case 0:
                return new LiteralExpression(default, (LiteralKind)random.Next(4));
            case 1 or 2 or 3:
                string number = new RandomDocuments(random).Number();
                var positive = new LiteralExpression(default, LiteralKind.Number, number.TrimStart('-'));
                return number[0] == '-' ? new UnaryExpression(default, UnaryOperator.Minus, positive) : positive;
            default:
                return LiteralExpression.OfString(Pick(RandomDocuments.Strings));
        }
    }

    private static CallExpression Call(string name, params SqlExpression[] arguments) => new(default, name, arguments);

    private static NameExpression Name(string name) => new(default, name);

    private static MemberExpression Member(SqlExpression target, string name) => new(default, target, name);

    private static LiteralExpression Number(int value) =>
        new(default, LiteralKind.Number, value.ToString(CultureInfo.InvariantCulture));

    private static FromSource Source(SqlExpression collection, string? alias, bool isIteration) => new(default, collection, alias, isIteration);

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}

using Nacre.Core.Errors;

namespace Nacre.Query.Syntax;

/// <summary>One reading of one text: the cursor, and the clauses of a query. <c>ParserRun.Expressions.cs</c> has the rest.</summary>
/// <remarks>Not thread-safe. Refuses with <see cref="QueryRefusedException"/>.</remarks>
internal sealed partial class ParserRun
{
    // Invariants:
    // - _token is the first token that is not consumed.
    // - _nesting is how many calls of ParseExpression and ParseQuery are open; at most QueryParser.MaxDepth.

    private readonly string _text;
    private readonly Lexer _lexer;
    private Token _token;
    private int _nesting;

    public ParserRun(string text)
    {
        _text = text;
        _lexer = new Lexer(text);
        _token = _lexer.Next();
    }

    /// <summary>Reads a query and the end of the text behind it.</summary>
    public SelectQuery ReadQuery()
    {
        SelectQuery query = ParseQuery(isSubquery: false);
        return _token.Kind == TokenKind.End ? query : throw Unexpected("the end of the query");
    }

    /// <summary>Reads an expression and the end of the text behind it.</summary>
    public SqlExpression ReadExpression()
    {
        SqlExpression expression = ParseExpression(Precedence.Conditional);
        return _token.Kind == TokenKind.End ? expression : throw Unexpected("an operator or the end of the query");
    }

    private SelectQuery ParseQuery(bool isSubquery)
    {
        Enter();
        SourcePosition position = Expect(TokenKind.Select, "SELECT").Position;
        bool isDistinct = Accept(TokenKind.Distinct);
        SqlExpression? top = Accept(TokenKind.Top) ? ParseCount("a number or a parameter behind TOP") : null;
        isDistinct |= top is not null && Accept(TokenKind.Distinct);
        (SelectKind kind, List<SelectItem> items) = ParseSelection();
        string end = isSubquery ? "')'" : "the end of the query";
        CheckClause($"an operator, ',', AS, FROM, WHERE, GROUP BY, ORDER BY, OFFSET or {end}");

        List<FromSource> sources = [];
        if (Accept(TokenKind.From))
        {
            sources.Add(ParseSource("FROM"));
            while (Accept(TokenKind.Join))
            {
                sources.Add(ParseSource("JOIN"));
            }

            CheckClause($"JOIN, WHERE, GROUP BY, ORDER BY, OFFSET or {end}");
        }

        SqlExpression? where = null;
        if (Accept(TokenKind.Where))
        {
            where = ParseExpression(Precedence.Conditional);
            CheckClause($"an operator, GROUP BY, ORDER BY, OFFSET or {end}");
        }

        List<SqlExpression> groupBy = [];
        if (Accept(TokenKind.Group))
        {
            Expect(TokenKind.By, "BY behind GROUP");
            groupBy = ParseList(() => ParseExpression(Precedence.Conditional));
            CheckClause($"an operator, ',', ORDER BY, OFFSET or {end}");
        }

        List<OrderItem> orderBy = [];
        if (Accept(TokenKind.Order))
        {
            Expect(TokenKind.By, "BY behind ORDER");
            orderBy = ParseList(ParseOrderItem);
            CheckClause($"an operator, ASC, DESC, ',', OFFSET or {end}");
        }

        SqlExpression? offset = null;
        SqlExpression? limit = null;
        if (Accept(TokenKind.Offset))
        {
            offset = ParseCount("a number or a parameter behind OFFSET");
            Expect(TokenKind.Limit, "LIMIT behind OFFSET");
            limit = ParseCount("a number or a parameter behind LIMIT");
        }

        var query = new SelectQuery(position)
        {
            IsDistinct = isDistinct,
            Top = top,
            Kind = kind,
            Items = items,
            Sources = sources,
            Where = where,
            GroupBy = groupBy,
            OrderBy = orderBy,
            Offset = offset,
            Limit = limit,
        };
        CheckEnd(isSubquery, end);
        Leave();
        return query;
    }

    private (SelectKind Kind, List<SelectItem> Items) ParseSelection()
    {
        if (Accept(TokenKind.Star))
        {
            return (SelectKind.Star, []);
        }

        if (Accept(TokenKind.Value))
        {
            return (SelectKind.Value, [new SelectItem(ParseExpression(Precedence.Conditional), null)]);
        }

        return (SelectKind.List, ParseList(ParseSelectItem));
    }

    private SelectItem ParseSelectItem()
    {
        SqlExpression expression = ParseExpression(Precedence.Conditional);
        return new SelectItem(expression, ParseAlias());
    }

    /// <summary>An alias: any word or string behind AS, an identifier without.</summary>
    private string? ParseAlias()
    {
        if (Accept(TokenKind.As))
        {
            return _token.IsWord ? Advance().Text : throw Unexpected("a name behind AS");
        }

        return _token.Kind == TokenKind.Identifier ? Advance().Text : null;
    }

    private FromSource ParseSource(string clause)
    {
        SourcePosition position = _token.Position;
        if (_token.Kind == TokenKind.OpenParenthesis)
        {
            return new FromSource(position, ParseCollection(clause), ParseAlias(), IsIteration: false);
        }

        Token first = _token.Kind == TokenKind.Identifier
            ? Advance()
            : throw Unexpected($"a name or a subquery behind {clause}");
        if (Accept(TokenKind.In))
        {
            return new FromSource(position, ParseCollection("IN"), first.Text, IsIteration: true);
        }

        SqlExpression path = ParsePath(new NameExpression(first.Position, first.Text));
        return new FromSource(position, path, ParseAlias(), IsIteration: false);
    }

    private SqlExpression ParseCollection(string clause)
    {
        SourcePosition position = _token.Position;
        if (Accept(TokenKind.OpenParenthesis))
        {
            SelectQuery query = ParseQuery(isSubquery: true);
            Expect(TokenKind.CloseParenthesis, "')'");
            return Checked(new SubqueryExpression(position, SubqueryKind.Scalar, query));
        }

        Token first = _token.Kind == TokenKind.Identifier
            ? Advance()
            : throw Unexpected($"a name or a subquery behind {clause}");
        return ParsePath(new NameExpression(first.Position, first.Text));
    }

    private OrderItem ParseOrderItem()
    {
        SqlExpression expression = ParseExpression(Precedence.Conditional);
        if (Accept(TokenKind.Desc))
        {
            return new OrderItem(expression, IsDescending: true);
        }

        Accept(TokenKind.Asc);
        return new OrderItem(expression, IsDescending: false);
    }

    private SqlExpression ParseCount(string expected) => _token.Kind switch
    {
        TokenKind.Number => NumberOf(Advance()),
        TokenKind.Parameter => ParameterOf(Advance()),
        _ => throw Unexpected(expected),
    };

    private List<T> ParseList<T>(Func<T> parse)
    {
        List<T> items = [parse()];
        while (Accept(TokenKind.Comma))
        {
            items.Add(parse());
        }

        return items;
    }

    /// <summary>Refuses, behind a clause, what begins no other clause, while it is known what could have stood there.</summary>
    private void CheckClause(string expected)
    {
        if (_token.Kind is not (TokenKind.End or TokenKind.CloseParenthesis or TokenKind.From or TokenKind.Where or TokenKind.Group
            or TokenKind.Order or TokenKind.Offset))
        {
            throw Unexpected(expected);
        }
    }

    private void CheckEnd(bool isSubquery, string end)
    {
        if (_token.Kind != (isSubquery ? TokenKind.CloseParenthesis : TokenKind.End))
        {
            throw Unexpected(end);
        }
    }

    private bool Accept(TokenKind kind)
    {
        if (_token.Kind != kind)
        {
            return false;
        }

        Advance();
        return true;
    }

    private Token Expect(TokenKind kind, string expected) => _token.Kind == kind ? Advance() : throw Unexpected(expected);

    private Token Advance()
    {
        Token token = _token;
        _token = _lexer.Next();
        return token;
    }

    private void Enter()
    {
        if (++_nesting > QueryParser.MaxDepth)
        {
            throw TooDeep();
        }
    }

    private void Leave() => _nesting--;

    private QueryRefusedException TooDeep() => new(new NacreError(ErrorCode.QueryLimit,
        $"{_token.Position}: the query is nested more than {QueryParser.MaxDepth} levels deep."));

    private QueryRefusedException Unexpected(string expected) =>
        QueryRefusedException.Syntax(_token.Position, $"found {Describe(_token)}; expected {expected}.");

    private string Describe(Token token)
    {
        const int Shown = 24;
        string text = token.Length <= Shown
            ? _text.Substring(token.Position.Offset, token.Length)
            : $"{_text.AsSpan(token.Position.Offset, Shown)}…";
        return token.Kind switch
        {
            TokenKind.End => "the end of the query",
            TokenKind.Number => $"the number {text}",
            TokenKind.String => $"the string {text}",
            _ => $"'{text}'",
        };
    }
}

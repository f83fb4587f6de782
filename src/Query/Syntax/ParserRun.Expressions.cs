namespace Nacre.Query.Syntax;

internal sealed partial class ParserRun
{
    /// <summary>Reads an expression whose outermost operator binds at least so tightly.</summary>
    private SqlExpression ParseExpression(int minimum)
    {
        Enter();
        SqlExpression left = ParsePrefix();
        while (TryParseInfix(minimum, ref left))
        {
            Check(left);
        }

        Leave();
        return left;
    }

    private bool TryParseInfix(int minimum, ref SqlExpression left)
    {
        switch (_token.Kind)
        {
            case TokenKind.Question when minimum <= Precedence.Conditional:
                left = ParseConditional(left);
                return true;
            case TokenKind.Or when minimum <= Precedence.Or:
                left = ParseLogical(left, TokenKind.Or);
                return true;
            case TokenKind.And when minimum <= Precedence.And:
                left = ParseLogical(left, TokenKind.And);
                return true;
            case TokenKind.Not or TokenKind.Between or TokenKind.In or TokenKind.Like when minimum <= Precedence.Equality:
                left = ParsePredicate(left);
                return true;
            default:
                if (Precedence.OperatorOf(_token.Kind) is not { } @operator || Precedence.Of(@operator) < minimum)
                {
                    return false;
                }

                SourcePosition position = Advance().Position;
                left = new BinaryExpression(position, @operator, left, ParseExpression(Precedence.Of(@operator) + 1));
                return true;
        }
    }

    private ConditionalExpression ParseConditional(SqlExpression condition)
    {
        SourcePosition position = Advance().Position;
        SqlExpression whenTrue = ParseExpression(Precedence.Conditional);
        Expect(TokenKind.Colon, "an operator or ':'");
        return new ConditionalExpression(position, condition, whenTrue, ParseExpression(Precedence.Conditional));
    }

    /// <summary>A chain is one node, and a chain in parentheses inside one of the same kind is part of it.</summary>
    private LogicalExpression ParseLogical(SqlExpression left, TokenKind kind)
    {
        bool isOr = kind == TokenKind.Or;
        SourcePosition position = _token.Position;
        List<SqlExpression> operands = [];
        Append(operands, left, isOr);
        while (Accept(kind))
        {
            Append(operands, ParseExpression((isOr ? Precedence.Or : Precedence.And) + 1), isOr);
        }

        return new LogicalExpression(position, isOr, operands);
    }

    private static void Append(List<SqlExpression> operands, SqlExpression operand, bool isOr)
    {
        if (operand is LogicalExpression inner && inner.IsOr == isOr)
        {
            operands.AddRange(inner.Operands);
        }
        else
        {
            operands.Add(operand);
        }
    }

    private SqlExpression ParsePredicate(SqlExpression value)
    {
        SourcePosition position = _token.Position;
        bool isNot = Accept(TokenKind.Not);
        switch (_token.Kind)
        {
            case TokenKind.Between:
                Advance();
                SqlExpression low = ParseExpression(Precedence.BitwiseOr);
                Expect(TokenKind.And, "an operator or AND");
                return new BetweenExpression(position, value, low, ParseExpression(Precedence.BitwiseOr), isNot);
            case TokenKind.In:
                Advance();
                Expect(TokenKind.OpenParenthesis, "'(' behind IN");
                List<SqlExpression> items = ParseList(() => ParseExpression(Precedence.Conditional));
                Expect(TokenKind.CloseParenthesis, "an operator, ',' or ')'");
                return new InExpression(position, value, items, isNot);
            case TokenKind.Like:
                Advance();
                SqlExpression pattern = ParseExpression(Precedence.BitwiseOr);
                return new LikeExpression(position, value, pattern, Accept(TokenKind.Escape) ? ParseEscape() : null, isNot);
            default:
                throw Unexpected("BETWEEN, IN or LIKE behind NOT");
        }
    }

    private string ParseEscape()
    {
        const string Expected = "a string of one character behind ESCAPE";
        bool isOne = _token.Kind == TokenKind.String &&
            (_token.Text.Length == 1 || (_token.Text.Length == 2 && char.IsSurrogatePair(_token.Text, 0)));
        return isOne ? Advance().Text : throw Unexpected(Expected);
    }

    private SqlExpression ParsePrefix()
    {
        SourcePosition position = _token.Position;
        switch (_token.Kind)
        {
            case TokenKind.Not:
                Advance();
                return Checked(new UnaryExpression(position, UnaryOperator.Not, ParseExpression(Precedence.Not)));
            case TokenKind.Minus:
                Advance();
                return Checked(new UnaryExpression(position, UnaryOperator.Minus, ParseExpression(Precedence.Unary)));
            case TokenKind.Plus:
                Advance();
                return Checked(new UnaryExpression(position, UnaryOperator.Plus, ParseExpression(Precedence.Unary)));
            case TokenKind.Tilde:
                Advance();
                return Checked(new UnaryExpression(position, UnaryOperator.BitwiseNot, ParseExpression(Precedence.Unary)));
            default:
                return ParsePath(ParsePrimary());
        }
    }

    private SqlExpression ParsePrimary()
    {
        Token token = _token;
        switch (token.Kind)
        {
            case TokenKind.Number:
                return NumberOf(Advance());
            case TokenKind.String:
                return new LiteralExpression(Advance().Position, LiteralKind.String, token.Text);
            case TokenKind.Parameter:
                return ParameterOf(Advance());
            case TokenKind.Null:
                return new LiteralExpression(Advance().Position, LiteralKind.Null);
            case TokenKind.True:
                return new LiteralExpression(Advance().Position, LiteralKind.True);
            case TokenKind.False:
                return new LiteralExpression(Advance().Position, LiteralKind.False);
            case TokenKind.Undefined:
                return new LiteralExpression(Advance().Position, LiteralKind.Undefined);
            case TokenKind.Identifier:
                Advance();
                return _token.Kind == TokenKind.OpenParenthesis
                    ? ParseCall(token.Position, token.Text, isUserDefined: false)
                    : new NameExpression(token.Position, token.Text);
            case TokenKind.OpenParenthesis:
                return ParseParenthesis();
            case TokenKind.OpenBracket:
                return ParseArray();
            case TokenKind.OpenBrace:
                return ParseObject();
            case TokenKind.Exists:
                return ParseSubquery(SubqueryKind.Exists, "'(' behind EXISTS");
            case TokenKind.Array:
                return ParseSubquery(SubqueryKind.Array, "'(' behind ARRAY");
            default:
                throw Unexpected("an expression");
        }
    }

    private SqlExpression ParseParenthesis()
    {
        SourcePosition position = Advance().Position;
        SqlExpression inner = _token.Kind == TokenKind.Select
            ? Checked(new SubqueryExpression(position, SubqueryKind.Scalar, ParseQuery(isSubquery: true)))
            : ParseExpression(Precedence.Conditional);
        Expect(TokenKind.CloseParenthesis, "an operator or ')'");
        return inner;
    }

    private SqlExpression ParseSubquery(SubqueryKind kind, string expected)
    {
        SourcePosition position = Advance().Position;
        Expect(TokenKind.OpenParenthesis, expected);
        SelectQuery query = ParseQuery(isSubquery: true);
        Expect(TokenKind.CloseParenthesis, "')'");
        return Checked(new SubqueryExpression(position, kind, query));
    }

    private SqlExpression ParseArray()
    {
        SourcePosition position = Advance().Position;
        List<SqlExpression> items = _token.Kind == TokenKind.CloseBracket
            ? []
            : ParseList(() => ParseExpression(Precedence.Conditional));
        Expect(TokenKind.CloseBracket, items.Count == 0 ? "']'" : "an operator, ',' or ']'");
        return Checked(new ArrayExpression(position, items));
    }

    private SqlExpression ParseObject()
    {
        SourcePosition position = Advance().Position;
        List<ObjectExpressionMember> members = _token.Kind == TokenKind.CloseBrace ? [] : ParseList(ParseMember);
        Expect(TokenKind.CloseBrace, members.Count == 0 ? "'}'" : "an operator, ',' or '}'");
        return Checked(new ObjectExpression(position, members));
    }

    private ObjectExpressionMember ParseMember()
    {
        Token name = _token.Kind == TokenKind.String || _token.IsWord ? Advance() : throw Unexpected("the name of a member");
        Expect(TokenKind.Colon, "':' behind the name of a member");
        return new ObjectExpressionMember(name.Position, name.Text, ParseExpression(Precedence.Conditional));
    }

    /// <summary>What may stand behind an expression: members, elements, and the call of <c>udf.name</c>.</summary>
    private SqlExpression ParsePath(SqlExpression target)
    {
        while (true)
        {
            switch (_token.Kind)
            {
                case TokenKind.Dot:
                    Advance();
                    Token name = _token.IsWord ? Advance() : throw Unexpected("a name behind '.'");
                    target = _token.Kind == TokenKind.OpenParenthesis && IsUdf(target)
                        ? ParseCall(target.Position, name.Text, isUserDefined: true)
                        : new MemberExpression(name.Position, target, name.Text);
                    break;
                case TokenKind.OpenBracket:
                    SourcePosition position = Advance().Position;
                    SqlExpression index = ParseExpression(Precedence.Conditional);
                    Expect(TokenKind.CloseBracket, "an operator or ']'");
                    target = index is LiteralExpression { Kind: LiteralKind.String } text
                        ? new MemberExpression(position, target, text.Text)
                        : new IndexExpression(position, target, index);
                    break;
                default:
                    return target;
            }

            Check(target);
        }
    }

    private SqlExpression ParseCall(SourcePosition position, string name, bool isUserDefined)
    {
        Expect(TokenKind.OpenParenthesis, "'('");
        if (_token.Kind == TokenKind.Star && name.Equals("COUNT", StringComparison.OrdinalIgnoreCase))
        {
            throw Unexpected("an expression: COUNT(1) counts all rows");
        }

        List<SqlExpression> arguments = _token.Kind == TokenKind.CloseParenthesis
            ? []
            : ParseList(() => ParseExpression(Precedence.Conditional));
        Expect(TokenKind.CloseParenthesis, arguments.Count == 0 ? "an expression or ')'" : "an operator, ',' or ')'");
        return Checked(new CallExpression(position, name, arguments, isUserDefined));
    }

    private static bool IsUdf(SqlExpression target) =>
        target is NameExpression name && name.Name.Equals("udf", StringComparison.OrdinalIgnoreCase);

    private static LiteralExpression NumberOf(Token token) => new(token.Position, LiteralKind.Number, token.Text);

    private static ParameterExpression ParameterOf(Token token) => new(token.Position, token.Text);

    private SqlExpression Checked(SqlExpression node)
    {
        Check(node);
        return node;
    }

    private void Check(SqlExpression node)
    {
        if (node.Depth > QueryParser.MaxDepth)
        {
            throw TooDeep();
        }
    }
}

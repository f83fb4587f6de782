namespace Nacre.Query.Syntax;

/// <summary>How tightly operators bind; the higher, the tighter.</summary>
internal static class Precedence
{
    public const int Conditional = 0;
    public const int Coalesce = 1;
    public const int Or = 2;
    public const int And = 3;
    public const int Not = 4;

    /// <summary>= and !=, BETWEEN, IN and LIKE.</summary>
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

    /// <summary>The binary operator that a token is; null when it is none.</summary>
    public static BinaryOperator? OperatorOf(TokenKind kind) => kind switch
    {
        TokenKind.Coalesce => BinaryOperator.Coalesce,
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.LessOrEqual => BinaryOperator.LessOrEqual,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        TokenKind.Bar => BinaryOperator.BitwiseOr,
        TokenKind.Caret => BinaryOperator.BitwiseXor,
        TokenKind.Ampersand => BinaryOperator.BitwiseAnd,
        TokenKind.ShiftLeft => BinaryOperator.ShiftLeft,
        TokenKind.ShiftRight => BinaryOperator.ShiftRight,
        TokenKind.ShiftRightZero => BinaryOperator.ShiftRightZero,
        TokenKind.Plus => BinaryOperator.Add,
        TokenKind.Minus => BinaryOperator.Subtract,
        TokenKind.Concat => BinaryOperator.Concat,
        TokenKind.Star => BinaryOperator.Multiply,
        TokenKind.Slash => BinaryOperator.Divide,
        TokenKind.Percent => BinaryOperator.Modulo,
        _ => null,
    };

    /// <summary>How it is written.</summary>
    public static string TextOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Coalesce => "??",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.BitwiseOr => "|",
        BinaryOperator.BitwiseXor => "^",
        BinaryOperator.BitwiseAnd => "&",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.ShiftRightZero => ">>>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Concat => "||",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        _ => "%",
    };

    /// <summary>How tightly it binds.</summary>
    public static int Of(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Coalesce => Coalesce,
        BinaryOperator.Equal or BinaryOperator.NotEqual => Equality,
        BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual => Relational,
        BinaryOperator.BitwiseOr => BitwiseOr,
        BinaryOperator.BitwiseXor => BitwiseXor,
        BinaryOperator.BitwiseAnd => BitwiseAnd,
        BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight or BinaryOperator.ShiftRightZero => Shift,
        BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Concat => Additive,
        _ => Multiplicative,
    };

    /// <summary>How tightly a node's own operator binds.</summary>
    public static int Of(SqlExpression node) => node switch
    {
        ConditionalExpression => Conditional,
        LogicalExpression logical => logical.IsOr ? Or : And,
        UnaryExpression unary => unary.Operator == UnaryOperator.Not ? Not : Unary,
        BetweenExpression or InExpression or LikeExpression => Equality,
        BinaryExpression binary => Of(binary.Operator),
        _ => Primary,
    };
}

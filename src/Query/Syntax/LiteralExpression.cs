using System.Globalization;

namespace Nacre.Query.Syntax;

/// <summary>A constant in the text.</summary>
/// <param name="Position">Its first character.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A string without quotes and escapes; a number as it was written; empty for the rest.</param>
public sealed record LiteralExpression(SourcePosition Position, LiteralKind Kind, string Text = "") : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth => 1;

    /// <summary>The number; finite and not negative in a parsed text. Zero for other kinds.</summary>
    public double Number { get; } =
        Kind == LiteralKind.Number ? double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture) : 0;

    /// <summary>A string that no text was read for.</summary>
    public static LiteralExpression OfString(string value) => new(SourcePosition.None, LiteralKind.String, value);

    /// <summary>A number that no text was read for; not negative and finite.</summary>
    public static LiteralExpression OfNumber(double value) =>
        new(SourcePosition.None, LiteralKind.Number, value.ToString("R", CultureInfo.InvariantCulture));
}

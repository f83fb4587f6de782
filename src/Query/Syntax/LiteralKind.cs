namespace Nacre.Query.Syntax;

/// <summary>The kinds of literals.</summary>
public enum LiteralKind
{
    /// <summary><c>undefined</c>.</summary>
    Undefined,

    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary><c>false</c>.</summary>
    False,

    /// <summary><c>true</c>.</summary>
    True,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string.</summary>
#pragma warning disable CA1720 // JSON's name for the type is the best one here.
    String,
#pragma warning restore CA1720
}

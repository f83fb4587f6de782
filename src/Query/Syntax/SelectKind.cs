namespace Nacre.Query.Syntax;

/// <summary>What stands behind SELECT.</summary>
public enum SelectKind
{
    /// <summary><c>*</c>: the input as it is.</summary>
    Star,

    /// <summary><c>VALUE e</c>: the value itself.</summary>
    Value,

    /// <summary>Expressions: an object of them.</summary>
    List,
}

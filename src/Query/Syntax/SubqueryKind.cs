namespace Nacre.Query.Syntax;

/// <summary>What a subquery in an expression stands for.</summary>
public enum SubqueryKind
{
    /// <summary><c>(SELECT …)</c>: its one row; undefined when there is none.</summary>
    Scalar,

    /// <summary><c>EXISTS(SELECT …)</c>: whether it has a row.</summary>
    Exists,

    /// <summary><c>ARRAY(SELECT …)</c>: all its rows.</summary>
    Array,
}

namespace Nacre.Testing.Histories;

/// <summary>How a check of a history ended.</summary>
public enum VerdictKind
{
    /// <summary>Some order of the operations explains every answer.</summary>
    Holds,

    /// <summary>No order does.</summary>
    Broken,

    /// <summary>The search was given up: the history is too large, with too much at the same time.</summary>
    Undecided,
}

namespace Nacre.Server.Queries.Planning;

/// <summary>What a <see cref="RangeCondition"/> is.</summary>
internal enum RangeConditionKind
{
    /// <summary>Entries of one index.</summary>
    Index,

    /// <summary>All of some parts.</summary>
    All,

    /// <summary>Any of some parts.</summary>
    Any,
}

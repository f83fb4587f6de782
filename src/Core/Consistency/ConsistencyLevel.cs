namespace Nacre.Core.Consistency;

/// <summary>What a read promises, strongest first: a greater number promises less. <c>docs/consistency.md</c> says what each means.</summary>
public enum ConsistencyLevel : byte
{
    /// <summary>None is named: the account's is meant.</summary>
    Unspecified = 0,

    /// <summary>All that was acknowledged to anybody before the read began.</summary>
    Strong = 1,

    /// <summary>A prefix that lacks at most so many versions, and none that is older than so long.</summary>
    BoundedStaleness = 2,

    /// <summary>A prefix that has all that the session wrote and saw.</summary>
    Session = 3,

    /// <summary>A prefix: what was written first is seen first.</summary>
    ConsistentPrefix = 4,

    /// <summary>What some replica has.</summary>
    Eventual = 5,
}

namespace Nacre.Client;

/// <summary>What a read promises, strongest first. A read may ask for the account's level or a weaker one.</summary>
public enum ConsistencyLevel
{
    /// <summary>All that was acknowledged to anybody before the read began.</summary>
    Strong = 1,

    /// <summary>At most so many versions and so long behind that, as the account says.</summary>
    BoundedStaleness = 2,

    /// <summary>All that this client wrote and saw itself.</summary>
    Session = 3,

    /// <summary>Some past, whole: what was written first is seen first.</summary>
    ConsistentPrefix = 4,

    /// <summary>What the node has that answers.</summary>
    Eventual = 5,
}

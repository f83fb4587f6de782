namespace Nacre.Testing.Histories;

/// <summary>The five consistency levels, strongest first.</summary>
public enum ListPromiseLevel
{
    /// <summary>Linearizable.</summary>
    Strong,

    /// <summary>A prefix, at most so many versions and so much time behind.</summary>
    BoundedStaleness,

    /// <summary>A prefix; within a session monotonic, with its own writes.</summary>
    Session,

    /// <summary>A prefix.</summary>
    ConsistentPrefix,

    /// <summary>Nothing that was never written.</summary>
    Eventual,
}

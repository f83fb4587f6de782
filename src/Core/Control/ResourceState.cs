namespace Nacre.Core.Control;

/// <summary>Where a database or container is in its life. Numbers are stored.</summary>
public enum ResourceState : byte
{
    /// <summary>Its name is taken; the data shards do not all own its ranges yet.</summary>
    Creating = 1,

    /// <summary>It serves.</summary>
    Ready = 2,

    /// <summary>Its name is free again; the data shards give up its ranges.</summary>
    Deleting = 3,
}

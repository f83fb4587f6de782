namespace Nacre.Core.Commands;

/// <summary>What an entry is for. Numbers are stored.</summary>
public enum EntryKind : byte
{
    /// <summary>A new leader's first entry. Takes no sequence.</summary>
    NoOp = 0,

    /// <summary>A change of the replica set. Takes no sequence.</summary>
    Configuration = 1,

    /// <summary>A command to a data shard: items or ranges.</summary>
    Data = 2,

    /// <summary>A command to the control shard.</summary>
    Control = 3,
}

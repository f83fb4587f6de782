namespace Nacre.Core.Commands;

/// <summary>What a data shard's command does: its first byte. Numbers are stored.</summary>
public enum CommandKind : byte
{
    /// <summary>No command.</summary>
    None = 0,

    /// <summary>One or more operations on items of one logical partition.</summary>
    Items = 1,

    /// <summary>The shard takes over a range.</summary>
    ActivateRange = 2,

    /// <summary>The shard gives up a range and its data.</summary>
    DropRange = 3,

    /// <summary>The shard indexes a range in another way.</summary>
    SetIndexing = 4,
}

namespace Nacre.Server.DataFolder;

/// <summary>What a node's data folder was doing when its node file was last written.</summary>
public enum NodeState : byte
{
    /// <summary>It was being made: nothing in it was ever acknowledged.</summary>
    Creating = 0,

    /// <summary>A node had it open. Found at a start, it means that the node was killed or crashed.</summary>
    Running = 1,

    /// <summary>It was closed in order, and the file says where each shard stood.</summary>
    Clean = 2,

    /// <summary>Other nodes gave it away as an older copy, or one that lost flushed writes: no node may open it again.</summary>
    OlderCopy = 3,
}

namespace Nacre.Storage.SharedLog;

/// <summary>What a frame says beside its records.</summary>
[Flags]
internal enum FrameFlags : ushort
{
    /// <summary>Records only.</summary>
    None = 0,

    /// <summary>Written in an idle moment: proves that all frames before it are durable.</summary>
    IdleSeal = 1,

    /// <summary>The last frame of a clean stop.</summary>
    ShutdownSeal = 2,
}

namespace Nacre.Replication;

/// <summary>What a replica's loop is told, beside the items in its inbox.</summary>
[Flags]
internal enum LoopSignals
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Time has moved on by a tick.</summary>
    Tick = 1,

    /// <summary>The log takes appends again.</summary>
    LogHasRoom = 2,

    /// <summary>The replica has ended: answer whoever waits.</summary>
    Stop = 4,
}

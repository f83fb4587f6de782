using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>Something rare that is done on a replica's loop.</summary>
/// <param name="run">Called once, on the loop; with null when the replica has ended before.</param>
internal sealed class LoopCall(Action<RaftCore?> run) : LoopItem
{
    /// <summary>Does it.</summary>
    public void Run(RaftCore? core) => run(core);
}

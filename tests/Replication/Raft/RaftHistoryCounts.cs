namespace Nacre.Replication.Tests.Raft;

/// <summary>What happened in a history: one in which nothing does proves nothing.</summary>
internal sealed class RaftHistoryCounts
{
    public int Committed { get; set; }

    public int Elections { get; set; }

    public int Changes { get; set; }

    public int Reads { get; set; }

    public int Snapshots { get; set; }

    public int Transfers { get; set; }

    public int Crashes { get; set; }

    public int Refusals { get; set; }

    public void Add(RaftHistoryCounts other)
    {
        Committed += other.Committed;
        Elections += other.Elections;
        Changes += other.Changes;
        Reads += other.Reads;
        Snapshots += other.Snapshots;
        Transfers += other.Transfers;
        Crashes += other.Crashes;
        Refusals += other.Refusals;
    }

    public override string ToString() =>
        $"committed {Committed}, elections {Elections}, changes {Changes}, reads {Reads}, snapshots {Snapshots}, " +
        $"transfers {Transfers}, crashes {Crashes}, refusals {Refusals}";
}

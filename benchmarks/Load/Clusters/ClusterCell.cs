namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>One thing that is measured: an operation, an item's length, a number of callers.</summary>
/// <param name="IsRead">A strong read of a random item; else a durable write of a new one.</param>
/// <param name="Bytes">Of JSON an item.</param>
/// <param name="Clients">Callers, each with one operation under way.</param>
internal sealed record ClusterCell(bool IsRead, int Bytes, int Clients)
{
    /// <summary>Name in the tables.</summary>
    public string Name => FormattableString.Invariant($"{(IsRead ? "strong read" : "write")}, {Bytes} bytes, {Clients} {(Clients == 1 ? "client" : "clients")}");
}

namespace Nacre.Testing.Histories;

/// <summary>What clients did to one append-only list.</summary>
/// <param name="Appends">All appends, in any order.</param>
/// <param name="Reads">All reads, in any order; the last one of a run sees everything that was ever acknowledged.</param>
public sealed record ListHistory(IReadOnlyList<ListAppend> Appends, IReadOnlyList<ListRead> Reads);

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What became of a request.</summary>
internal enum ReplyKind
{
    /// <summary>It was done; for a write that includes a version conflict.</summary>
    Done,

    /// <summary>Ask again, elsewhere.</summary>
    Repeat,

    /// <summary>Nothing happened, for sure.</summary>
    Denied,
}

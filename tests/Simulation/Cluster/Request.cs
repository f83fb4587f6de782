namespace Nacre.Simulation.Tests.Cluster;

/// <summary>One attempt of a client's operation.</summary>
/// <param name="Client">Who asks.</param>
/// <param name="Command">The write; of a read its key and sequence.</param>
/// <param name="IsRead">Whether it reads.</param>
internal sealed record Request(Client Client, Command Command, bool IsRead);

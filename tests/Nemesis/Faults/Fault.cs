namespace Nacre.Nemesis.Tests.Faults;

/// <summary>One kind of harm.</summary>
/// <param name="Name">How it is chosen and reported.</param>
/// <param name="RunAsync">Does it and undoes it: when it ends, every member has a process that goes on. The links are healed by the round.</param>
/// <param name="NeedsPackets">It is about single packets.</param>
/// <param name="SparesClients">Clients that know all nodes, and have the SDK's own patience, must not see an error.</param>
internal sealed record Fault(string Name, Func<FaultContext, Task> RunAsync, bool NeedsPackets = false, bool SparesClients = false);

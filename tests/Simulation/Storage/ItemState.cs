namespace Nacre.Simulation.Tests.Storage;

/// <summary>What an item is: its last write and its JSON.</summary>
internal readonly record struct ItemState(ulong Lsn, string Body);

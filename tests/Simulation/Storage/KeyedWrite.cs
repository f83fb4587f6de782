using Nacre.Core.Commands;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>A write under an idempotency key that took effect: repeated, it must be known.</summary>
/// <param name="Header">As it was proposed, with the leader's part.</param>
/// <param name="Command">What was asked.</param>
/// <param name="Lsn">What its caller was told.</param>
internal sealed record KeyedWrite(EntryHeader Header, byte[] Command, ulong Lsn);

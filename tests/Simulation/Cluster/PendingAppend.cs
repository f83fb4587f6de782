using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What was handed to the disk in one append.</summary>
internal sealed record PendingAppend(HardState? HardState, LogRecord[] Records);

using Nacre.Core.Files;
using Nacre.Core.Log;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>The world around a node of the simulation.</summary>
/// <param name="Driver">Its thread.</param>
/// <param name="Files">Its disk.</param>
/// <param name="Clock">Its clock.</param>
/// <param name="Random">Its chance.</param>
internal sealed record NodeParts(Driver Driver, IFileSystem Files, StorageClock Clock, SeededRandom Random)
{
    /// <summary>What is planted.</summary>
    public StorageBug Bug { get; init; }

    /// <summary>Hears of each append to the log before it is queued.</summary>
    public Action<LogAppend>? Appended { get; init; }

    /// <summary>Notes that something happened; null: nobody records.</summary>
    public Action<string>? Mark { get; init; }
}

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>Three nodes of one system on this machine, which can be halted and resumed.</summary>
/// <remarks>Operations run on many tasks at once. An operation that fails, or reads nothing where something must be, throws.</remarks>
internal interface ICluster : IAsyncDisposable
{
    /// <summary>Name in the tables.</summary>
    string Name { get; }

    /// <summary>The nodes' processes while they run.</summary>
    IReadOnlyList<int> ServerProcesses { get; }

    /// <summary>Starts all nodes on empty folders. Once.</summary>
    Task StartAsync();

    /// <summary>Lets the nodes run, and opens a client; ends when a leader serves.</summary>
    Task ResumeAsync();

    /// <summary>Closes the client, and takes the processor from all nodes' processes.</summary>
    Task HaltAsync();

    /// <summary>Writes an item whole; durable on a majority when it returns.</summary>
    /// <param name="id">The key.</param>
    /// <param name="body">JSON that has the key as its id; borrowed until the end.</param>
    ValueTask WriteAsync(string id, ReadOnlyMemory<byte> body);

    /// <summary>Reads an item linearizably.</summary>
    /// <returns>Its length in bytes.</returns>
    ValueTask<int> ReadAsync(string id);
}

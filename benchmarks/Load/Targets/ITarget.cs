namespace Nacre.Benchmarks.Load.Targets;

/// <summary>A system under load, as a workload's steps see it.</summary>
/// <remarks>Operations run on many tasks at once. An operation that fails, or reads nothing where something must be, throws.</remarks>
internal interface ITarget : IAsyncDisposable
{
    /// <summary>Name in the tables.</summary>
    string Name { get; }

    /// <summary>False for an echo server: it stores nothing, so it is not filled first.</summary>
    bool Stores { get; }

    /// <summary>Processes whose processor time counts as the server's.</summary>
    IReadOnlyList<int> ServerProcesses { get; }

    /// <summary>Bytes that the data takes on disk now; 0 for what stores nothing.</summary>
    long DiskBytes { get; }

    /// <summary>Prepares connections for a number of concurrent callers.</summary>
    Task PrepareAsync(int clients);

    /// <summary>Reads one document whole.</summary>
    /// <param name="client">The caller's number, from 0.</param>
    /// <param name="key">A key that was inserted.</param>
    /// <returns>The document's length in bytes.</returns>
    ValueTask<int> ReadAsync(int client, long key);

    /// <summary>Replaces or creates a document; durable when it returns.</summary>
    ValueTask UpsertAsync(int client, long key, byte[] body);

    /// <summary>Creates a document; durable when it returns.</summary>
    ValueTask InsertAsync(int client, long key, byte[] body);

    /// <summary>Reads up to <paramref name="count"/> documents of the key's partition, in order, from that key on.</summary>
    /// <returns>Documents read.</returns>
    ValueTask<int> ScanAsync(int client, long key, int count);
}
